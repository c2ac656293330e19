-- The events behind the views, in the order of each room's log; the id of an item is <room>/<position>.
SELECT room || '/' || position AS id, to_json(item) AS item
FROM (
    SELECT id, room, stream, version, position, type, effective, recorded, actor, correlation_id, causation_id, data,
           topic, part AS partition, "offset",
           EXISTS (SELECT FROM parked WHERE parked.room = events.room AND parked.stream = events.stream) AS incomplete
    FROM events
    WHERE {room? room = :room::text}
      AND {stream? stream = :stream::text}
      AND {type? type = :type::text}
      AND {correlation? correlation_id = :correlation::text}
      AND {event? id = :event::uuid}
      AND effective < :as_of::date + 1
      AND {after? (room, position) > (split_part(:after::text, '/', 1), split_part(:after::text, '/', 2)::bigint)}
    ORDER BY room, position LIMIT :limit::int
) AS item
ORDER BY room, position
