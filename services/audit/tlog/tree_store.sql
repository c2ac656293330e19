-- name: begin
-- The lock, and the part of this month.
SELECT size, make_month(now()) FROM tree FOR UPDATE

-- name: size
SELECT size FROM tree

-- name: tiles
SELECT level, nr, hashes FROM tiles WHERE (level, nr) IN (SELECT * FROM unnest($1::int[], $2::bigint[]))

-- name: grow
-- A tile that grew takes the place of what it was; full ones never come again.
WITH put AS (
    INSERT INTO tiles (level, nr, hashes) SELECT * FROM unnest($1::int[], $2::bigint[], $3::bytea[])
    ON CONFLICT (level, nr) DO UPDATE SET hashes = EXCLUDED.hashes
)
UPDATE tree SET size = $4

-- name: leaf
SELECT leaf, topic, part, "offset", "timestamp", key, headers, value FROM records
WHERE topic = $1 AND part = $2 AND "offset" = $3 AND leaf IS NOT NULL

-- name: leaves
SELECT leaf, topic, part, "offset", "timestamp", key, headers, value FROM records
WHERE leaf >= $1 AND leaf < $2 ORDER BY leaf

-- name: entries
-- The same with `bytes?` (docs/decisions/0011-what-a-leaf-holds.md) in place of content, which may be 256 MiB.
SELECT leaf, topic, part, "offset", "timestamp",
    CASE WHEN key IS NULL THEN '\x00' ELSE '\x01' || int4send(octet_length(key)) || sha256(key) END AS key,
    '\x01' || int4send(octet_length(headers)) || sha256(headers) AS headers,
    CASE WHEN value IS NULL THEN '\x00' ELSE '\x01' || int4send(octet_length(value)) || sha256(value) END AS value
FROM records WHERE leaf >= $1 AND leaf < $2 ORDER BY leaf

-- name: last_checkpoint
SELECT note FROM checkpoints ORDER BY nr DESC LIMIT 1

-- name: checkpoints
SELECT note FROM checkpoints ORDER BY nr OFFSET $1 LIMIT $2

-- name: unplaced
SELECT leaf, topic, part, "offset", "timestamp", key, headers, value FROM records
WHERE leaf IS NULL OR leaf < 0 OR leaf >= (SELECT size FROM tree) LIMIT 1000

-- name: keep_checkpoint
INSERT INTO checkpoints (size, note) VALUES ($1, $2)

-- name: handovers
SELECT note FROM handovers ORDER BY nr

-- name: keep_handover
INSERT INTO handovers (note) VALUES ($1) ON CONFLICT (note) DO NOTHING

-- name: wait_briefly
SET LOCAL lock_timeout = '2s'

-- name: take_turn
-- To the commit, and only by a role that may write here.
SELECT FROM signer FOR UPDATE

-- name: who_signs
-- Sessions that have taken the turn, or wait for it.
SELECT DISTINCT pid, usename, application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE relation = 'signer'::regclass AND mode = 'RowShareLock' AND granted AND pid <> pg_backend_pid()
ORDER BY pid LIMIT 3

-- name: unsigned
-- How many leaves no checkpoint covers.
SELECT size - coalesce((SELECT size FROM checkpoints ORDER BY nr DESC LIMIT 1), 0) FROM tree

-- name: anchors
-- Of each partition that is requested, how far it is archived and the last record before the position.
SELECT requested.topic, requested.part, requested.position, consumed.next_offset AS archived_until,
       last.leaf, last."offset", last."timestamp", last.key, last.headers, last.value
FROM unnest($1::text[], $2::int[], $3::bigint[]) AS requested (topic, part, position)
LEFT JOIN consumed ON consumer = 'audit' AND (consumed.topic, consumed.part) = (requested.topic, requested.part)
LEFT JOIN LATERAL (
    SELECT * FROM records WHERE (topic, part) = (requested.topic, requested.part) AND "offset" < requested.position
    ORDER BY "offset" DESC LIMIT 1
) AS last ON true

-- name: last_signed
SELECT note, signed FROM checkpoints ORDER BY nr DESC LIMIT 1
