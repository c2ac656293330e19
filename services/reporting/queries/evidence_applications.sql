-- On what it rests that nothing was applied for: the applications that were submitted by the day.
SELECT count(*) FILTER (WHERE submitted_on <= :as_of::date) AS compared, min(submitted_on) AS first_day,
       max(submitted_on) FILTER (WHERE submitted_on <= :as_of::date) AS last_day
FROM applications
WHERE {contributor? contributor = :contributor::text}
  AND {mandate? mandate = :mandate::text}
