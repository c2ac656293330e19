-- The events behind the views, in the order of each service's log; the id of an item is <service>/<position>.
SELECT service || '/' || position AS id, to_json(item) AS item
FROM (
    SELECT id, service, stream, version, position, type, effective, recorded, actor, correlation_id, causation_id, data,
           topic, part AS partition, "offset",
           authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace, democlock,
           EXISTS (SELECT FROM parked WHERE parked.service = events.service AND parked.stream = events.stream) AS incomplete
    FROM events
    WHERE {service? service = :service::text}
      AND {stream? stream = :stream::text}
      AND {type? type = :type::text}
      AND {correlation? correlation_id = :correlation::text}
      AND {event? id = :event::uuid}
      AND effective < :as_of::date + 1
      AND {after? (service, position) > (split_part(:after::text, '/', 1), split_part(:after::text, '/', 2)::bigint)}
    ORDER BY service, position LIMIT :limit::int
) AS item
ORDER BY service, position
