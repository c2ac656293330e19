-- name: at
-- What the views were made of, and what waits to go into them.
SELECT position, stream, version, id, type, effective, recorded, actor, correlation_id, causation_id, data, topic, part,
       "offset", false AS parked
FROM events WHERE service = $1 AND position = ANY ($2::bigint[])
UNION ALL
SELECT position, stream, version, id, type, effective, recorded, actor, correlation_id, causation_id, data, topic, part,
       "offset", true
FROM parked WHERE service = $1 AND position = ANY ($2::bigint[])

-- name: after
SELECT position, stream, version, topic, part, "offset" FROM events
WHERE service = $1 AND (position, stream, version) > ($2, $3, $4) ORDER BY position, stream, version LIMIT $5

-- name: versions
-- Streams whose guard is not at the last of their events.
SELECT service, stream, coalesce(stream_versions.version, 0) AS guard, coalesce(seen.version, 0) AS last
FROM stream_versions
FULL JOIN (SELECT service, stream, max(version) AS version FROM events GROUP BY service, stream) AS seen USING (service, stream)
WHERE stream_versions.version IS DISTINCT FROM seen.version ORDER BY service, stream
