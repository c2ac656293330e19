-- Question 11: who must come home if a mission closes on a day. Whoever leaves on that day or before need not; someone
-- who has overstayed is taken to stay. Of a day to come, who is there now and who is planned to be are told apart.
SELECT contributor, line, tour, state, category, rank, person, unit, headcount AS people, 1 AS tours,
       arrived_on, coalesce(departs_on, planned_until) AS expected_until,
       greatest(coalesce(departs_on, planned_until) - :closes_on::date, 0) AS days_early, return_by, return_authority,
       post, event AS last_event,
       EXISTS (SELECT FROM parked WHERE room = 'deployments' AND stream = 'line/' || line) AS incomplete
FROM (
    SELECT 'present' AS state, tours.*
    FROM stays_on(least(:as_of::date, :closes_on::date)) AS present JOIN tours ON tours.id = present.tour
    WHERE present.mission = :mission::text
      AND (:contributor::text IS NULL OR present.contributor = :contributor::text)
      AND (:closes_on::date <= :as_of::date OR coalesce(departs_on, planned_until) > :closes_on::date
           OR coalesce(departs_on, planned_until) <= :as_of::date)
    UNION ALL
    SELECT 'planned', planned.*
    FROM to_come_on(:as_of::date) AS planned
    WHERE planned.mission = :mission::text AND :closes_on::date > :as_of::date
      AND (:contributor::text IS NULL OR planned.contributor = :contributor::text)
      AND coalesce(arrives_on, planned_from) < :closes_on::date
      AND coalesce(departs_on, planned_until) > greatest(:closes_on::date, :as_of::date)
) AS there
WHERE (:categories::text[] IS NULL OR category = ANY (:categories::text[]))
