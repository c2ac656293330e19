-- People present on the day, as a list that can be paged: one item for each contributor, mission and category.
SELECT id, to_json(item) AS item
FROM (
    SELECT present.contributor || '/' || present.mission || '/' || category AS id, present.contributor, present.mission, category,
           sum(headcount)::int AS people, count(*)::int AS tours,
           bool_or(EXISTS (SELECT FROM parked WHERE service = 'deployments' AND stream = 'line/' || line)) AS incomplete
    FROM stays_on(:as_of::date) AS present
    WHERE {contributor? present.contributor = :contributor::text}
      AND {mission? present.mission = :mission::text}
      AND {category? category = :category::text}
      AND {mandate? split_part(line, '/', 1) = :mandate::text}
      AND {line? line = :line::text}
    GROUP BY present.contributor, present.mission, category
) AS item
WHERE {after? id > :after::text}
ORDER BY id LIMIT :limit::int
