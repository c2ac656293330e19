-- name: page
-- A partition's records in Kafka's order, after a place in it; a page is bounded as those of selection.sql are. A place
-- that comes twice, in two months, was inserted by somebody else, and both rows are returned.
SELECT leaf, topic, part, "offset", "timestamp", key, headers, value, archived FROM (
    SELECT *, sum(octet_length(headers) + coalesce(octet_length(value), 0)) OVER (
            ORDER BY "offset", archived ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
    FROM records WHERE topic = $1 AND part = $2 AND "offset" >= $3 AND ("offset", archived) > ($3, $4)
    ORDER BY "offset", archived LIMIT $5
) AS page WHERE bytes_before IS NULL OR bytes_before < $6 ORDER BY "offset", archived

-- name: extent
SELECT count(*) AS records, min("offset") AS first, max("offset") AS last FROM records WHERE topic = $1 AND part = $2

-- name: stored_offsets
SELECT topic, part, next_offset FROM consumed WHERE consumer = $1

-- name: named
SELECT set_config('application_name', 'forcegen refill', false)

-- name: only_one
-- Two refills would write over each other. Who refills is named so before it looks; of two at once both may give way.
-- No lock: those that a reading role could take, any reading role could take away. The row names who uses the name.
SELECT pid, usename FROM pg_stat_activity
WHERE application_name = 'forcegen refill' AND datname = current_database() AND pid <> pg_backend_pid()
  AND has_table_privilege(usename, 'records', 'SELECT')
LIMIT 1
