-- Every stream that moved, in one statement; the row is the guard of the next batch.
INSERT INTO stream_versions (room, stream, version)
SELECT room, stream, version
FROM unnest(:rooms::text[], :streams::text[], :versions::bigint[]) AS new (room, stream, version)
ON CONFLICT (room, stream) DO UPDATE SET version = excluded.version
