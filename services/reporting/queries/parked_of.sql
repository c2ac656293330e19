-- What waits in the streams that a batch moves on, in order; bounded, since a stream may have waited for long.
SELECT room, stream, version, position, id, type, effective, recorded, data, correlation_id, causation_id, actor,
       topic, part, "offset", schema_version
FROM parked JOIN unnest(:rooms::text[], :streams::text[]) AS wanted (room, stream) USING (room, stream)
ORDER BY room, stream, version
LIMIT :limit::int
