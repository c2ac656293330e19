-- A parked event that was applied waits no more.
DELETE FROM parked USING unnest(:rooms::text[], :streams::text[], :versions::bigint[]) AS done (room, stream, version)
WHERE parked.room = done.room AND parked.stream = done.stream AND parked.version = done.version
