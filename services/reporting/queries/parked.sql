-- Events that wait, oldest first: which, since when, how often tried, and with what error. Their streams wait behind them.
SELECT service, stream, version, type, id, error, attempts, since, topic, part AS partition, "offset"
FROM parked
WHERE (since, service, stream, version) > (:since::timestamptz, :service::text, :stream::text, :version::bigint)
ORDER BY since, service, stream, version
LIMIT :limit::int
