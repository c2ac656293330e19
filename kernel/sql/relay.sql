-- name: lock
-- One relay of a room at a time; the lock goes with the session.
SELECT pg_try_advisory_lock(hashtext('forcegen relay'), hashtext($1::text || '@' || current_schema()))

-- name: sleep_out_lease
-- A predecessor that was killed may still have sends under way; it said until when.
SELECT pg_sleep_until(greatest(max(sending_until), clock_timestamp())) FROM relayed

-- name: extend_lease
UPDATE relayed SET sending_until = clock_timestamp() + $1::int * interval '1 millisecond'

-- name: end_lease
UPDATE relayed SET sending_until = '-infinity'

-- name: heads
SELECT events, outcomes, dead_letters FROM log_heads

-- name: confirmed
SELECT position FROM relayed WHERE log = $1

-- name: confirm
UPDATE relayed SET position = $2 WHERE log = $1
