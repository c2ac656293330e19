-- On what it rests that no vacancy is open: the vacancies that were announced by the day.
SELECT count(*) FILTER (WHERE announced_on <= :as_of::date) AS compared, min(announced_on) AS first_day,
       max(announced_on) FILTER (WHERE announced_on <= :as_of::date) AS last_day
FROM vacancies
WHERE {mission? mission = :mission::text}
  AND {category? category = :category::text}
