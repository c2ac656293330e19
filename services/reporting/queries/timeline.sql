-- What happened between two days, by when it was true: one row for each event.
SELECT effective::date AS day, room, position, type, owner, stream, actor, recorded, id AS event, 1 AS events,
       EXISTS (SELECT FROM parked WHERE parked.room = events.room AND parked.stream = events.stream) AS incomplete
FROM events
WHERE effective >= :since::date AND effective < :as_of::date + 1
