-- On what it rests that the UN counted nobody: the rows of its returns until the day.
SELECT count(*) FILTER (WHERE as_of <= :as_of::date) AS compared, min(as_of) AS first_day,
       max(as_of) FILTER (WHERE as_of <= :as_of::date) AS last_day
FROM strength_returns
WHERE published_at < coalesce(:published_before::timestamptz, 'infinity')
  AND {contributor? contributor = :contributor::text}
  AND {missions? mission = ANY (:missions::text[])}
  AND {types? personnel_type = ANY (:types::text[])}
