-- By which events a strength differs between two states, each a day as known at an instant: first from the day before to
-- the day as it was known before, then from the one knowledge of that day to the other. They add up to the difference.
WITH {include explained_turns}, {include explained_lessons}, {include explained_events}
SELECT explained.kind, explained.people, explained.tours, explained.contributor, explained.mission, explained.category,
       explained.rank, explained.line, explained.tour, events.id AS event, events.service, events.position, events.type,
       events.effective, events.recorded, coalesce(data ->> 'to_mission', data ->> 'mission') AS event_mission,
       {include event_in_words}
FROM explained
LEFT JOIN events ON events.service = 'deployments' AND events.position = explained.position
LEFT JOIN tours ON tours.id = explained.tour
WHERE {contributor? explained.contributor = :contributor::text}
  AND {missions? explained.mission = ANY (:missions::text[])}
  AND {categories? explained.category = ANY (:categories::text[])}
  AND {mandate? split_part(explained.line, '/', 1) = :mandate::text}
  AND {line? explained.line = :line::text}
ORDER BY events.position, explained.kind, explained.people, explained.mission
