-- Question 11: who must come home if a mission closes on a day. Whoever leaves on that day or before need not; someone
-- who has overstayed is taken to stay. Of a day to come, who is there now and who is planned to be are told apart.
SELECT contributor, line, split_part(tour, '/', 3) AS tour, tour AS id, 'present' AS state, leaves_on,
       headcount AS people, 1 AS tours
FROM stays_on(least(:as_of::date, :closes_on::date))
WHERE mission = :mission::text
  AND (:contributor::text IS NULL OR contributor = :contributor::text)
  AND (:categories::text[] IS NULL OR category = ANY (:categories::text[]))
  AND (:closes_on::date <= :as_of::date OR leaves_on > :closes_on::date OR leaves_on <= :as_of::date)
UNION ALL
SELECT contributor, line, tour, id, 'planned', coalesce(departs_on, planned_until), headcount, 1
FROM to_come_on(:as_of::date)
WHERE mission = :mission::text AND :closes_on::date > :as_of::date
  AND (:contributor::text IS NULL OR contributor = :contributor::text)
  AND (:categories::text[] IS NULL OR category = ANY (:categories::text[]))
  AND coalesce(arrives_on, planned_from) < :closes_on::date
  AND coalesce(departs_on, planned_until) > greatest(:closes_on::date, :as_of::date)
-- Of each row:
SELECT page.contributor, page.line, page.tour, page.state, category, rank, person, unit, page.people, page.tours,
       arrived_on, page.leaves_on AS expected_until, greatest(page.leaves_on - :closes_on::date, 0) AS days_early,
       return_by, return_authority, post, event AS last_event,
       EXISTS (SELECT FROM parked WHERE room = 'deployments' AND stream = 'line/' || page.line) AS incomplete
FROM page JOIN tours ON tours.id = page.id
