-- Question 1 in detail: the tours behind each number of the strength report, one row for each.
SELECT contributor, mission, category, rank, line, split_part(tour, '/', 3) AS tour, tour AS id, since,
       headcount AS people, 1 AS tours
FROM stays_on(:as_of::date)
WHERE (:contributor::text IS NULL OR contributor = :contributor::text)
  AND (:missions::text[] IS NULL OR mission = ANY (:missions::text[]))
  AND (:categories::text[] IS NULL OR category = ANY (:categories::text[]))
  AND (:mandate::text IS NULL OR split_part(line, '/', 1) = :mandate::text)
  AND (:line::text IS NULL OR line = :line::text)
-- Of each row:
SELECT page.contributor, page.mission, page.category, page.rank, tours.person, unit, page.people, page.tours, page.line,
       page.tour, page.since AS in_mission_since, arrived_on, coalesce(departs_on, planned_until) AS expected_until,
       post, event AS last_event,
       EXISTS (SELECT FROM parked WHERE room = 'deployments' AND stream = 'line/' || page.line) AS incomplete
FROM page JOIN tours ON tours.id = page.id
