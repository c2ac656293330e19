-- On what it rests that every mandate was used: those that were a whole year in force by the day.
SELECT count(*) FILTER (
           WHERE in_force_from + interval '1 year' <= least(:as_of::date, ends_on)
             AND (coalesce(:all::boolean, false) OR ends_on IS NULL OR ends_on > :as_of::date)) AS compared,
       min(in_force_from) AS first_day, max(in_force_from) FILTER (WHERE in_force_from <= :as_of::date) AS last_day
FROM mandates
WHERE in_force_from IS NOT NULL
  AND {contributor? contributor = :contributor::text}
  AND {mandate? mandate = :mandate::text}
