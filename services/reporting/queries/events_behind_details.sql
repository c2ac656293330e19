-- The rest of the columns of each row of events_behind.sql that a page shows.
SELECT service, position, stream, version, type, effective, recorded, actor, correlation_id, causation_id, id AS event,
       coalesce(tour, substr(stream, 6) || '/' || (data ->> 'tour')) AS tour, page.events,
       EXISTS (SELECT FROM parked WHERE parked.service = events.service AND parked.stream = events.stream) AS incomplete
FROM page JOIN events USING (service, position)
