-- The rest of the columns of each row of moved_dates.sql that a page shows.
SELECT moved.contributor, tours.mandate, tours.line, page.id, tours.mission, tours.category, tours.person,
       tours.unit, page.version, page.decided_on,
       CASE WHEN events.type LIKE '%.TourExtended' THEN 'extended' ELSE 'rescheduled' END AS what,
       moved.old_arrives_on, moved.new_arrives_on, moved.new_arrives_on - moved.old_arrives_on AS arrival_days,
       moved.old_departs_on, moved.new_departs_on, moved.new_departs_on - moved.old_departs_on AS departure_days,
       moved.reason, moved.decided_by, events.actor AS recorded_by, of_tour.nth AS nth_of_tour,
       of_tour.moves AS moves_of_tour, page.moves, moved.event,
       EXISTS (SELECT FROM parked WHERE service = 'deployments' AND stream = 'line/' || tours.line) AS incomplete
FROM page JOIN tour_date_changes AS moved ON moved.tour = page.id AND moved.version = page.version
JOIN tours ON tours.id = page.id
LEFT JOIN events ON events.id = moved.event
CROSS JOIN LATERAL (
    SELECT count(*)::int AS moves, (count(*) FILTER (WHERE every.version <= page.version))::int AS nth
    FROM tour_date_changes AS every
    WHERE every.tour = page.id AND every.decided_on <= :as_of::date
      AND {since? every.decided_on >= :since::date}
) AS of_tour
