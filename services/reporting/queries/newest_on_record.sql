-- Of when the newest fact until the day is, and when the newest record was made, of the States that are asked about (NULL:
-- of all). Each State is looked up in two indexes; where none is named, they are found one after the other in one of them.
WITH RECURSIVE states AS (
    SELECT contributor FROM (
        SELECT unnest(:states::text[]) AS contributor
        UNION ALL SELECT (SELECT min(events.contributor) FROM events) WHERE :states::text[] IS NULL
    ) AS begun
    UNION ALL
    SELECT (SELECT min(events.contributor) FROM events WHERE events.contributor > states.contributor)
    FROM states WHERE :states::text[] IS NULL AND states.contributor IS NOT NULL
)
SELECT max(fact) AS fact, max(record) AS record
FROM states CROSS JOIN LATERAL (
    SELECT (SELECT max(day) FROM events WHERE events.contributor = states.contributor AND day <= :as_of::date) AS fact,
           (SELECT max(recorded) FROM events WHERE events.contributor = states.contributor) AS record
) AS newest
