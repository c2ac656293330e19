-- Question 9: each move of a tour's dates that was decided by the day: how far, how often by then, why, who decided.
-- An extension names nobody who decided; recorded_by is who entered it. Days are positive for a move to a later date.
SELECT moved.contributor, tours.mandate, tours.line, moved.tour AS id, tours.mission, tours.category, tours.person,
       tours.unit, moved.version::int AS version, moved.decided_on,
       CASE WHEN events.type LIKE '%.TourExtended' THEN 'extended' ELSE 'rescheduled' END AS what,
       moved.old_arrives_on, moved.new_arrives_on, moved.new_arrives_on - moved.old_arrives_on AS arrival_days,
       moved.old_departs_on, moved.new_departs_on, moved.new_departs_on - moved.old_departs_on AS departure_days,
       moved.reason, moved.decided_by, events.actor AS recorded_by,
       (row_number() OVER (PARTITION BY moved.tour ORDER BY moved.version))::int AS nth_of_tour,
       (count(*) OVER (PARTITION BY moved.tour))::int AS moves_of_tour, 1 AS moves, moved.event,
       EXISTS (SELECT FROM parked WHERE room = 'deployments' AND stream = 'line/' || tours.line) AS incomplete
FROM tour_date_changes AS moved JOIN tours ON tours.id = moved.tour
LEFT JOIN events ON events.id = moved.event
WHERE moved.decided_on <= :as_of::date
  AND (:since::date IS NULL OR moved.decided_on >= :since::date)
  AND (:contributor::text IS NULL OR moved.contributor = :contributor::text)
  AND (:missions::text[] IS NULL OR tours.mission = ANY (:missions::text[]))
  AND (:categories::text[] IS NULL OR tours.category = ANY (:categories::text[]))
  AND (:mandate::text IS NULL OR tours.mandate = :mandate::text)
  AND (:line::text IS NULL OR tours.line = :line::text)
  AND (:tour::text IS NULL OR tours.id = :tour::text)
