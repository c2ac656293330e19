-- How many numbers of the UN's returns the register was compared with: those of States that keep a register here, without
-- police, which it does not keep, and without blank totals, which are unknown.
SELECT count(DISTINCT (contributor, as_of, mission, personnel_type)) FILTER (
           WHERE as_of BETWEEN coalesce(:since::date, '-infinity') AND :as_of::date) AS compared,
       min(as_of) AS first_day, max(as_of) FILTER (WHERE as_of <= :as_of::date) AS last_day
FROM strength_returns AS printed
WHERE total IS NOT NULL AND personnel_type NOT IN ('individual_police', 'formed_police_units')
  AND published_at < coalesce(:published_before::timestamptz, 'infinity')
  AND (coalesce(:all::boolean, false)
       OR EXISTS (SELECT FROM mandates WHERE mandates.contributor = printed.contributor))
  AND {contributor? contributor = :contributor::text}
  AND {missions? mission = ANY (:missions::text[])}
  AND {types? personnel_type = ANY (:types::text[])}
