-- Tours as they stood on the day: where each was and in which state, with its stays, consents and moved dates.
SELECT id, to_json(item) AS item
FROM (
    SELECT tours.id, tours.line, tours.mandate, tours.tour, tours.contributor, on_day.mission, tours.category,
           tours.headcount, tours.person, tours.unit, tours.rank, on_day.stood AS status, tours.planned_from,
           tours.planned_until, tours.arrives_on, tours.departs_on, tours.arrived_on, tours.departed_on,
           tours.departure_reason, tours.payer, tours.cancelled_on, tours.cancel_reason, tours.post,
           tours.handover_until, tours.vacancy, tours.nomination, tours.return_by, tours.return_authority, tours.event,
           (SELECT coalesce(json_agg(stay ORDER BY stay.nth), '[]')
            FROM (SELECT tour, nth, mission, valid_from, valid_to, facts, contributor, system_from FROM stays
                  WHERE stays.tour = tours.id) AS stay) AS stays,
           (SELECT coalesce(json_agg(consents.* ORDER BY consents.kind), '[]') FROM consents
            WHERE consents.tour = tours.id) AS consents,
           (SELECT coalesce(json_agg(moved.* ORDER BY moved.version), '[]') FROM tour_date_changes AS moved
            WHERE moved.tour = tours.id) AS date_changes,
           EXISTS (SELECT FROM parked WHERE service = 'deployments' AND stream = 'line/' || tours.line) AS incomplete
    FROM tours JOIN tours_on(:as_of::date) AS on_day ON on_day.tour = tours.id
    WHERE {contributor? tours.contributor = :contributor::text}
      AND {mission? on_day.mission = :mission::text}
      AND {category? category = :category::text}
      AND {status? on_day.stood = :status::text}
      AND {mandate? mandate = :mandate::text}
      AND {line? line = :line::text}
      AND {person? person = :person::text}
      AND {unit? unit = :unit::text}
      AND {id? tours.id = :id::text}
      AND {after? tours.id > :after::text}
    ORDER BY tours.id LIMIT :limit::int
) AS item
ORDER BY id
