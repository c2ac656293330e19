-- Every stream that moved, in one statement; the row is the guard of the next batch.
INSERT INTO stream_versions (service, stream, version)
SELECT service, stream, version
FROM unnest(:services::text[], :streams::text[], :versions::bigint[]) AS new (service, stream, version)
ON CONFLICT (service, stream) DO UPDATE SET version = excluded.version
