-- name: affected_by
-- What commands signed with a key have led to.
SELECT position, stream, type, recorded, causation_id, causeplace FROM events WHERE authkey = $1 ORDER BY position
