-- Question 11: who must come home if a mission closes on a day. Whoever leaves on that day or before need not; someone
-- who has overstayed is taken to stay. For a future day, `state` says who is there now and who is planned to be.
SELECT contributor, line, split_part(tour, '/', 3) AS tour, tour AS id, 'present' AS state, leaves_on,
       headcount AS people, 1 AS tours
FROM stays_on(least(:as_of::date, :closes_on::date))
WHERE mission = :mission::text
  AND {contributor? contributor = :contributor::text}
  AND {categories? category = ANY (:categories::text[])}
  AND (:closes_on::date <= :as_of::date OR leaves_on > :closes_on::date OR leaves_on <= :as_of::date)
UNION ALL
SELECT contributor, line, tour, id, 'planned', coalesce(departs_on, planned_until), headcount, 1
FROM to_come_on(:as_of::date)
WHERE mission = :mission::text AND :closes_on::date > :as_of::date
  AND {contributor? contributor = :contributor::text}
  AND {categories? category = ANY (:categories::text[])}
  AND coalesce(arrives_on, planned_from) < :closes_on::date
  AND coalesce(departs_on, planned_until) > greatest(:closes_on::date, :as_of::date)
