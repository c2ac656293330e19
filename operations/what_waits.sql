-- name: deciding
-- What waits in a service that decides.
SELECT (SELECT count(*) FROM dead_letters) AS dead_letters,
       (SELECT count(*) FROM held) AS held,
       (SELECT count(*) FROM pending) AS pending

-- name: reading
-- What waits in the service of the views: events that came before an earlier one of their stream.
SELECT (SELECT count(*) FROM dead_letters) AS dead_letters,
       (SELECT count(*) FROM parked) AS held,
       NULL::bigint AS pending

-- name: archiving
-- What the archive could not read.
SELECT (SELECT count(*) FROM dead_letters) AS dead_letters,
       NULL::bigint AS held,
       NULL::bigint AS pending

-- name: newest
-- The newest fact that has happened, by when it was true; the newest record, which is the last of a service's log.
SELECT (
    SELECT effective FROM events
    WHERE day <= (now() AT TIME ZONE 'UTC')::date AND effective <= now()
    ORDER BY day DESC, effective DESC LIMIT 1
) AS fact, (
    SELECT max(last.recorded)
    FROM unnest($1::text[]) AS of (service)
    CROSS JOIN LATERAL (
        SELECT recorded FROM events WHERE events.service = of.service ORDER BY position DESC LIMIT 1
    ) AS last
) AS record
