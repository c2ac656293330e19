-- On what it rests that no nomination waits: the nominations that were made by the day.
SELECT count(*) FILTER (WHERE nominated_on <= :as_of::date) AS compared, min(nominated_on) AS first_day,
       max(nominated_on) FILTER (WHERE nominated_on <= :as_of::date) AS last_day
FROM nominations
WHERE {contributor? contributor = :contributor::text}
  AND {mission? mission = :mission::text}
