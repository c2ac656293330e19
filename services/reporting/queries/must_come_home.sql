-- Question 11: who must come home if a mission closes on a day. Whoever leaves on that day or before need not; someone
-- who has overstayed is taken to stay. Of a day to come, who is there now and who is planned to be are told apart.
WITH there AS (
    SELECT present.tour, 'present' AS state
    FROM present_on(least(:as_of::date, :closes_on::date)) AS present JOIN tours ON tours.id = present.tour
    WHERE present.mission = :mission::text
      AND (:closes_on::date <= :as_of::date OR coalesce(departs_on, planned_until) > :closes_on::date
           OR coalesce(departs_on, planned_until) <= :as_of::date)
    UNION ALL
    SELECT id, 'planned'
    FROM tours
    WHERE tours.mission = :mission::text AND :closes_on::date > :as_of::date
      AND (arrived_on IS NULL OR arrived_on > :as_of::date) AND (cancelled_on IS NULL OR cancelled_on > :as_of::date)
      AND coalesce(arrives_on, planned_from) < :closes_on::date
      AND coalesce(departs_on, planned_until) > greatest(:closes_on::date, :as_of::date)
)
SELECT contributor, tours.line, tours.tour, there.state, category, rank, person, unit, headcount AS people, 1 AS tours,
       arrived_on, coalesce(departs_on, planned_until) AS expected_until,
       greatest(coalesce(departs_on, planned_until) - :closes_on::date, 0) AS days_early, return_by, return_authority,
       post, event AS last_event,
       EXISTS (SELECT FROM parked WHERE room = 'deployments' AND stream = 'line/' || line) AS incomplete
FROM there JOIN tours ON tours.id = there.tour
WHERE (:contributor::text IS NULL OR contributor = :contributor::text)
  AND (:categories::text[] IS NULL OR category = ANY (:categories::text[]))
