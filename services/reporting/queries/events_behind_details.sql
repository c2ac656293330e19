-- The rest of the columns of each row of events_behind.sql that a page shows, with what a sentence about it is made of.
SELECT service, position, stream, version, type, effective, recorded, actor, correlation_id, causation_id,
       events.id AS event, own.tour, page.events,
       EXISTS (SELECT FROM parked WHERE parked.service = events.service AND parked.stream = events.stream) AS incomplete,
       page.change, page.running_sum,
       CASE WHEN starts_with(stream, 'line/') THEN substr(stream, 6) END AS line,
       coalesce(data ->> 'to_mission', data ->> 'mission') AS mission, coalesce(tours.person, tours.unit) AS who,
       coalesce(data ->> 'arrives_on', data ->> 'arrived_on', data ->> 'transferred_on', data ->> 'departed_on',
                data ->> 'cancelled_on', data ->> 'planned_from')::date AS first_day,
       coalesce(data ->> 'departs_on', data ->> 'planned_until',
                CASE WHEN type LIKE '%.TourExtended' THEN data ->> 'until'
                     WHEN type LIKE '%.ReturnOrdered' THEN data ->> 'by' END)::date AS last_day,
       coalesce(data ->> 'field', CASE WHEN type LIKE '%.ConsentRecorded' THEN data ->> 'kind' END) AS field,
       data ->> 'old_value' AS old_value, data ->> 'value' AS new_value,
       topic || '/' || part || '/' || "offset" AS record
FROM page JOIN events USING (service, position)
CROSS JOIN LATERAL (
    SELECT coalesce(page.tour, substr(stream, 6) || '/' || (data ->> 'tour')) AS tour
) AS own
LEFT JOIN tours ON tours.id = own.tour
