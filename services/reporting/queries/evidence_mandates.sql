-- On what it rests that nothing awaits an approval, and that nobody acted alone: the mandates that were proposed by the day.
SELECT count(*) FILTER (WHERE proposed_on <= :as_of::date) AS compared, min(proposed_on) AS first_day,
       max(proposed_on) FILTER (WHERE proposed_on <= :as_of::date) AS last_day
FROM mandates
WHERE {contributor? contributor = :contributor::text}
  AND {mandate? mandate = :mandate::text}
