-- What waits in the streams that a batch moves on, in order; bounded, since a stream may have waited for long.
SELECT service, stream, version, position, id, type, effective, recorded, data, correlation_id, causation_id, actor,
       topic, part, "offset", authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace,
       democlock, schema_version
FROM parked JOIN unnest(:services::text[], :streams::text[]) AS wanted (service, stream) USING (service, stream)
ORDER BY service, stream, version
LIMIT :limit::int
