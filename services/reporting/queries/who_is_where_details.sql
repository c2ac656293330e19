-- The rest of the columns of each row of who_is_where.sql that a page shows.
SELECT page.contributor, page.mission, page.category, page.rank, tours.person, unit, page.people, page.tours, page.line,
       page.tour, page.since AS in_mission_since, arrived_on, coalesce(departs_on, planned_until) AS expected_until,
       coalesce(departs_on, planned_until) <= :as_of::date AS overdue,
       post, event AS last_event,
       EXISTS (SELECT FROM parked WHERE service = 'deployments' AND stream = 'line/' || page.line) AS incomplete
FROM page JOIN tours ON tours.id = page.id
