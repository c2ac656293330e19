-- The events of some streams that were true between two days, or recorded between two instants: what there is to say of
-- rows that changed, without a claim that it explains all of the change. Streams come as `<service>/<stream>`.
SELECT events.id AS event, service, stream, position, type, effective, recorded, aggregate_id AS concerns,
       coalesce(data ->> 'to_mission', data ->> 'mission', tours.mission) AS mission,
       {include event_in_words}
FROM unnest(:streams::text[]) AS wanted (name)
JOIN events ON events.service = split_part(wanted.name, '/', 1)
           AND events.stream = substr(wanted.name, length(split_part(wanted.name, '/', 1)) + 2)
LEFT JOIN tours ON events.service = 'deployments' AND tours.id = events.aggregate_id
WHERE events.day > least(:before_as_of::date, :as_of::date) AND events.day <= greatest(:before_as_of::date, :as_of::date)
   OR events.recorded > least(coalesce(:before_known::timestamptz, 'infinity'), coalesce(:known::timestamptz, 'infinity'))
      AND events.recorded <= greatest(coalesce(:before_known::timestamptz, 'infinity'),
                                      coalesce(:known::timestamptz, 'infinity'))
ORDER BY events.service, events.position LIMIT :limit::int
