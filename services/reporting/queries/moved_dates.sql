-- Question 9: each move of a tour's dates that was decided by the day: how far, how often by then, why, who decided.
-- An extension names nobody who decided; recorded_by is who entered it. Days are positive for a move to a later date.
SELECT decided_on, tour AS id, version::int AS version, 1 AS moves
FROM tour_date_changes AS moved
WHERE decided_on <= :as_of::date
  AND {since? decided_on >= :since::date}
  AND {contributor? contributor = :contributor::text}
  AND {missions? EXISTS (
      SELECT FROM tours WHERE tours.id = moved.tour AND mission = ANY (:missions::text[]))}
  AND {categories? EXISTS (
      SELECT FROM tours WHERE tours.id = moved.tour AND category = ANY (:categories::text[]))}
  AND {mandate? split_part(tour, '/', 1) = :mandate::text}
  AND {line? starts_with(tour, :line::text || '/')}
  AND {tour? tour = :tour::text}
