-- The rest of the columns of each row of must_come_home.sql that a page shows.
SELECT page.contributor, page.line, page.tour, page.state, category, rank, person, unit, page.people, page.tours,
       arrived_on, page.leaves_on AS expected_until, greatest(page.leaves_on - :closes_on::date, 0) AS days_early,
       return_by, return_authority, post, event AS last_event,
       EXISTS (SELECT FROM parked WHERE service = 'deployments' AND stream = 'line/' || page.line) AS incomplete
FROM page JOIN tours ON tours.id = page.id
