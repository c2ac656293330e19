-- name: archived
-- How far some topics are archived: the offset after the last of each partition.
SELECT topic, part, next_offset FROM consumed WHERE consumer = 'audit' AND topic = ANY ($1)

-- name: first_missing
-- The leaf with which to go on, for whoever has each partition up to an offset; null where they have all of it.
SELECT min(leaf) FROM unnest($1::text[], $2::int[], $3::bigint[]) AS there (topic, part, next_offset)
CROSS JOIN LATERAL (
    SELECT leaf FROM records WHERE (topic, part) = (there.topic, there.part) AND "offset" >= there.next_offset
    ORDER BY "offset" LIMIT 1
) AS missing
