-- name: which
-- What the columns can tell of a filter; a filter that is null lets everything through.
    ($3::text[] IS NULL OR topic = ANY ($3))
    AND ($4::text[] IS NULL OR split_part(topic, '.', 1) = ANY ($4))
    AND ($5::text[] IS NULL OR EXISTS (
        SELECT FROM unnest($5, $6::int[], $7::bigint[]) AS far (topic, part, next_offset)
        WHERE far.topic = records.topic AND far.part = records.part AND records."offset" < far.next_offset))

-- name: count
SELECT count(*) FROM records WHERE leaf > $1 AND leaf < $2 AND {which}

-- name: page
-- Some rows, and of these as many as some bytes hold: memory has a bound, whatever the size of a record. The length of
-- a value is known without reading it.
SELECT leaf, topic, part, "offset", "timestamp", key, headers, value FROM (
    SELECT *, sum(octet_length(headers) + coalesce(octet_length(value), 0))
        OVER (ORDER BY leaf ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
    FROM records WHERE leaf > $1 AND leaf < $2 AND {which} ORDER BY leaf LIMIT $8
) AS page WHERE bytes_before IS NULL OR bytes_before < $9 ORDER BY leaf

-- name: unsequenced
SELECT EXISTS (SELECT FROM records WHERE leaf IS NULL)

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
