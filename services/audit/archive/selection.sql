-- name: partitions
-- Every topic and partition with a record, by one look into the index for each.
WITH RECURSIVE each (topic, part) AS (
    (SELECT topic, part FROM records ORDER BY topic, part LIMIT 1)
    UNION ALL
    SELECT next.topic, next.part FROM each CROSS JOIN LATERAL (
        SELECT topic, part FROM records WHERE (topic, part) > (each.topic, each.part) ORDER BY topic, part LIMIT 1
    ) AS next
)
SELECT topic, part FROM each
