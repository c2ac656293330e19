-- The rest of the columns of each row of events_behind.sql that a page shows, with what a sentence about it is made of.
SELECT service, position, stream, version, type, effective, recorded, actor, correlation_id, causation_id,
       events.id AS event, own.tour, page.events,
       EXISTS (SELECT FROM parked WHERE parked.service = events.service AND parked.stream = events.stream) AS incomplete,
       page.change, page.running_sum,
       CASE WHEN starts_with(stream, 'line/') THEN substr(stream, 6) END AS line,
       coalesce(data ->> 'to_mission', data ->> 'mission') AS mission, {include event_in_words},
       topic || '/' || part || '/' || "offset" AS record
FROM page JOIN events USING (service, position)
CROSS JOIN LATERAL (
    SELECT coalesce(page.tour, substr(stream, 6) || '/' || (data ->> 'tour')) AS tour
) AS own
LEFT JOIN tours ON tours.id = own.tour
