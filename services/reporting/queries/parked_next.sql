-- Streams whose next event is parked: only these can move on. Those tried least come first, so none is starved.
SELECT parked.service, parked.stream
FROM parked LEFT JOIN stream_versions USING (service, stream)
WHERE parked.version = coalesce(stream_versions.version, 0) + 1
ORDER BY parked.attempts, parked.since
LIMIT :limit::int
