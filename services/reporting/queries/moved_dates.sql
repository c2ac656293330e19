-- Question 9: each move of a tour's dates that was decided by the day: how far, how often by then, why, who decided.
-- An extension names nobody who decided; recorded_by is who entered it. Days are positive for a move to a later date.
SELECT decided_on, tour AS id, version::int AS version, 1 AS moves
FROM tour_date_changes AS moved
WHERE decided_on <= :as_of::date
  AND (:since::date IS NULL OR decided_on >= :since::date)
  AND (:contributor::text IS NULL OR contributor = :contributor::text)
  AND (:missions::text[] IS NULL OR EXISTS (
      SELECT FROM tours WHERE tours.id = moved.tour AND mission = ANY (:missions::text[])))
  AND (:categories::text[] IS NULL OR EXISTS (
      SELECT FROM tours WHERE tours.id = moved.tour AND category = ANY (:categories::text[])))
  AND (:mandate::text IS NULL OR split_part(tour, '/', 1) = :mandate::text)
  AND (:line::text IS NULL OR starts_with(tour, :line::text || '/'))
  AND (:tour::text IS NULL OR tour = :tour::text)
-- Of each row:
SELECT moved.contributor, tours.mandate, tours.line, page.id, tours.mission, tours.category, tours.person,
       tours.unit, page.version, page.decided_on,
       CASE WHEN events.type LIKE '%.TourExtended' THEN 'extended' ELSE 'rescheduled' END AS what,
       moved.old_arrives_on, moved.new_arrives_on, moved.new_arrives_on - moved.old_arrives_on AS arrival_days,
       moved.old_departs_on, moved.new_departs_on, moved.new_departs_on - moved.old_departs_on AS departure_days,
       moved.reason, moved.decided_by, events.actor AS recorded_by, of_tour.nth AS nth_of_tour,
       of_tour.moves AS moves_of_tour, page.moves, moved.event,
       EXISTS (SELECT FROM parked WHERE room = 'deployments' AND stream = 'line/' || tours.line) AS incomplete
FROM page JOIN tour_date_changes AS moved ON moved.tour = page.id AND moved.version = page.version
JOIN tours ON tours.id = page.id
LEFT JOIN events ON events.id = moved.event
CROSS JOIN LATERAL (
    SELECT count(*)::int AS moves, (count(*) FILTER (WHERE every.version <= page.version))::int AS nth
    FROM tour_date_changes AS every
    WHERE every.tour = page.id AND every.decided_on <= :as_of::date
      AND (:since::date IS NULL OR every.decided_on >= :since::date)
) AS of_tour
