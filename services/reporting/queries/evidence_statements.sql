-- How many statements of officials were compared with the register.
SELECT count(*) FILTER (WHERE as_of BETWEEN coalesce(:since::date, '-infinity') AND :as_of::date) AS compared,
       min(as_of) AS first_day, max(as_of) FILTER (WHERE as_of <= :as_of::date) AS last_day
FROM official_statements
WHERE {contributor? contributor = :contributor::text}
  AND {missions? missions && :missions::text[]}
