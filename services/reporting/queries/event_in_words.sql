-- What a sentence about an event of a tour is made of, besides its mission.
coalesce(tours.person, tours.unit) AS who,
coalesce(data ->> 'arrives_on', data ->> 'arrived_on', data ->> 'transferred_on', data ->> 'departed_on',
         data ->> 'cancelled_on', data ->> 'planned_from')::date AS first_day,
coalesce(data ->> 'departs_on', data ->> 'planned_until',
         CASE WHEN type LIKE '%.TourExtended' THEN data ->> 'until'
              WHEN type LIKE '%.ReturnOrdered' THEN data ->> 'by' END)::date AS last_day,
coalesce(data ->> 'field', CASE WHEN type LIKE '%.ConsentRecorded' THEN data ->> 'kind' END) AS field,
data ->> 'old_value' AS old_value, data ->> 'value' AS new_value
