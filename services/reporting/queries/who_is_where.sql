-- Question 1 in detail: the tours behind each number of the strength report, one row for each.
SELECT present.contributor, present.mission, category, rank, person, unit, headcount AS people, 1 AS tours, line,
       tours.tour, present.since AS in_mission_since, arrived_on, coalesce(departs_on, planned_until) AS expected_until,
       post, event AS last_event,
       EXISTS (SELECT FROM parked WHERE room = 'deployments' AND stream = 'line/' || line) AS incomplete
FROM stays_on(:as_of::date) AS present JOIN tours ON tours.id = present.tour
WHERE (:contributor::text IS NULL OR present.contributor = :contributor::text)
  AND (:missions::text[] IS NULL OR present.mission = ANY (:missions::text[]))
  AND (:categories::text[] IS NULL OR category = ANY (:categories::text[]))
  AND (:mandate::text IS NULL OR mandate = :mandate::text)
  AND (:line::text IS NULL OR line = :line::text)
