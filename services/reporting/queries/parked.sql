-- Events that wait, oldest first: which, since when, how often tried, and with what error. Their streams wait behind them.
SELECT room, stream, version, type, id, error, attempts, since, topic, part AS partition, "offset"
FROM parked
WHERE (since, room, stream, version) > (:since::timestamptz, :room::text, :stream::text, :version::bigint)
ORDER BY since, room, stream, version
LIMIT :limit::int
