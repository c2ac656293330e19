-- A parked event that was applied waits no more.
DELETE FROM parked USING unnest(:services::text[], :streams::text[], :versions::bigint[]) AS done (service, stream, version)
WHERE parked.service = done.service AND parked.stream = done.stream AND parked.version = done.version
