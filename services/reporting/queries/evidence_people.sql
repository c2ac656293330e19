-- On what it rests that nobody was there: the tours on record that had begun by the day.
SELECT count(DISTINCT tour) FILTER (WHERE valid_from <= :as_of::date) AS compared, min(valid_from) AS first_day,
       max(valid_from) FILTER (WHERE valid_from <= :as_of::date) AS last_day
FROM stays
WHERE coalesce(valid_to > valid_from, true)
  AND {contributor? contributor = :contributor::text}
  AND {missions? mission = ANY (:missions::text[])}
  AND {mission? mission = :mission::text}
  AND {categories? category = ANY (:categories::text[])}
  AND {category? category = :category::text}
  AND {mandate? split_part(line, '/', 1) = :mandate::text}
  AND {line? line = :line::text}
  AND {tour? tour = :tour::text}
