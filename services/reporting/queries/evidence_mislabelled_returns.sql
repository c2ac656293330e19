-- How many rows of the UN's returns the rule could hold side by side: it looks for a neighbour, so the returns of one State
-- alone are no evidence.
SELECT CASE WHEN count(DISTINCT contributor) FILTER (WHERE as_of <= :as_of::date) > 1
            THEN count(*) FILTER (WHERE as_of BETWEEN coalesce(:since::date, '-infinity') AND :as_of::date) ELSE 0
       END AS compared,
       min(as_of) AS first_day, max(as_of) FILTER (WHERE as_of <= :as_of::date) AS last_day
FROM strength_returns
WHERE published_at < coalesce(:published_before::timestamptz, 'infinity')
  AND {contributor? mission || '/' || personnel_type = ANY (ARRAY(
      SELECT DISTINCT mission || '/' || personnel_type FROM strength_returns WHERE contributor = :contributor::text))}
