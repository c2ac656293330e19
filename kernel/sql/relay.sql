-- name: is_free
-- Whether it is worth standing in line.
SELECT NOT EXISTS (
    SELECT FROM pg_stat_activity AS other JOIN relay_holder ON other.pid = relay_holder.process
    WHERE other.pid <> pg_backend_pid()
      AND coalesce(other.backend_start = relay_holder.since, other.usesysid = relay_holder.role))

-- name: stand_in_line
-- One relay asks at a time: what it then learns of sessions is not older than the last answer.
SELECT FROM relay_holder FOR UPDATE

-- name: take
-- The place is free when its holder's session is gone. Of a session of another role only the role can be seen.
UPDATE relay_holder SET process = own.pid, since = own.backend_start, role = own.usesysid, name = $1
FROM pg_stat_activity AS own
WHERE own.pid = pg_backend_pid() AND NOT EXISTS (
    SELECT FROM pg_stat_activity AS other
    WHERE other.pid = relay_holder.process AND other.pid <> own.pid
      AND coalesce(other.backend_start = relay_holder.since, other.usesysid = relay_holder.role))
RETURNING true

-- name: sleep_out_lease
-- A predecessor that was killed may still have sends under way; it said until when.
SELECT pg_sleep_until(greatest(max(sending_until), clock_timestamp())) FROM relay_holder

-- name: extend_lease
UPDATE relay_holder SET sending_until = clock_timestamp() + $1::int * interval '1 millisecond'
WHERE process = pg_backend_pid()
RETURNING true

-- name: end_lease
UPDATE relay_holder SET sending_until = '-infinity' WHERE process = pg_backend_pid()

-- name: holder
SELECT process, name FROM relay_holder

-- name: heads
SELECT admitted, events, outcomes, dead_letters FROM log_heads

-- name: confirmed
SELECT position FROM relayed WHERE log = $1

-- name: all_confirmed
SELECT log, position FROM relayed

-- name: confirm
UPDATE relayed SET position = $2 WHERE log = $1
