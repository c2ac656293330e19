-- How far the views are with each stream and version that somebody waits for. An event that is parked with an error
-- stops its stream until a repair; one behind a gap only waits.
SELECT nth, coalesce(head.version, 0) >= token.version AS fresh, token.version - coalesce(head.version, 0) AS behind_events,
       EXISTS (SELECT FROM parked WHERE (parked.service, parked.stream) = (token.service, token.stream)
               AND parked.version <= token.version AND error IS NOT NULL) AS parked
FROM unnest(:services::text[], :streams::text[], :versions::bigint[]) WITH ORDINALITY AS token (service, stream, version, nth)
LEFT JOIN stream_versions AS head USING (service, stream)
ORDER BY nth
