-- The rest of the columns of each row of timeline.sql that a page shows.
SELECT page.day, room, position, type, owner, stream, actor, recorded, id AS event, page.events,
       EXISTS (SELECT FROM parked WHERE parked.room = events.room AND parked.stream = events.stream) AS incomplete
FROM page JOIN events USING (room, position)
