-- What the UN counted, by its return of the newest month until the day: a State's newest publication of that month,
-- taken whole. Where a publication contradicts itself, `people` is its largest count and `people_least` its smallest.
WITH counted AS (
    SELECT * FROM strength_returns
    WHERE as_of <= :as_of::date
      AND (:published_before::timestamptz IS NULL OR published_at < :published_before::timestamptz)
), newest AS (
    SELECT date_trunc('month', max(as_of)::timestamp)::date AS month FROM counted
), chosen AS (
    SELECT contributor, max(published_at) AS published_at FROM counted, newest WHERE as_of >= month GROUP BY contributor
)
SELECT id, to_json(item) AS item
FROM (
    SELECT contributor || '/' || mission || '/' || personnel_type AS id, contributor, mission, personnel_type,
           max(as_of) AS counted_on, max(total) AS people, min(total) AS people_least,
           CASE WHEN min(male) = max(male) THEN max(male) END AS male,
           CASE WHEN min(female) = max(female) THEN max(female) END AS female,
           count(*)::int AS rows, published_at, array_agg(DISTINCT source) AS sources,
           EXISTS (SELECT FROM parked WHERE room = 'deployments' AND stream = 'contributor/' || contributor) AS incomplete
    FROM counted JOIN chosen USING (contributor, published_at) CROSS JOIN newest
    WHERE as_of >= month
      AND (:contributor::text IS NULL OR contributor = :contributor::text)
      AND (:mission::text IS NULL OR mission = :mission::text)
      AND (:personnel_type::text IS NULL OR personnel_type = :personnel_type::text)
    GROUP BY contributor, mission, personnel_type, published_at
) AS item
WHERE (:after::text IS NULL OR id > :after::text)
ORDER BY id LIMIT :limit::int
