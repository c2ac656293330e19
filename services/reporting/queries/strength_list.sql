-- People present on the day, as a list that can be paged: one item for each contributor, mission and category.
SELECT id, to_json(item) AS item
FROM (
    SELECT present.contributor || '/' || present.mission || '/' || category AS id, present.contributor, present.mission, category,
           sum(headcount)::int AS people, count(*)::int AS tours,
           bool_or(EXISTS (SELECT FROM parked WHERE room = 'deployments' AND stream = 'line/' || line)) AS incomplete
    FROM stays_on(:as_of::date) AS present
    WHERE (:contributor::text IS NULL OR present.contributor = :contributor::text)
      AND (:mission::text IS NULL OR present.mission = :mission::text)
      AND (:category::text IS NULL OR category = :category::text)
      AND (:mandate::text IS NULL OR split_part(line, '/', 1) = :mandate::text)
      AND (:line::text IS NULL OR line = :line::text)
    GROUP BY present.contributor, present.mission, category
) AS item
WHERE (:after::text IS NULL OR id > :after::text)
ORDER BY id LIMIT :limit::int
