-- The rest of the columns of each row of timeline.sql that a page shows.
SELECT page.day, service, position, type, aggregate_id AS concerns, stream, actor, recorded, id AS event, page.events,
       EXISTS (SELECT FROM parked WHERE parked.service = events.service AND parked.stream = events.stream) AS incomplete
FROM page JOIN events USING (service, position)
