-- The rest of the columns of each row of who_is_where.sql that a page shows. A tour ends on the day that was decided by then.
SELECT page.contributor, page.mission, page.category, page.rank, tours.person, unit, page.people, page.tours, page.line,
       page.tour, page.since AS in_mission_since, arrived_on, ends_on AS expected_until, ends_on <= :as_of::date AS overdue,
       post, event AS last_event,
       EXISTS (SELECT FROM parked WHERE service = 'deployments' AND stream = 'line/' || page.line) AS incomplete
FROM page JOIN tours ON tours.id = page.id
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT old_departs_on FROM tour_date_changes AS change
                     WHERE change.tour = page.id AND decided_on > :as_of::date ORDER BY version LIMIT 1),
                    departs_on, planned_until) AS ends_on) AS planned
