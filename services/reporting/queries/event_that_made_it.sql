-- The event of a tour by which the number of the day changed when something was `learned` (`tour`, `system_from`, and how
-- many `people` more). Events of one tour that were recorded at one instant became known together: the change stands with
-- the last of them that can have made it.
SELECT events.position, events.day, events.type = 'forcegen.deployments.TourCorrected' AS corrects
FROM events
WHERE events.aggregate_id = learned.tour AND events.service = 'deployments'
  AND events.recorded <= learned.system_from
ORDER BY events.type = 'forcegen.deployments.TourCorrected'
         OR events.day <= :as_of::date AND events.type = ANY (CASE WHEN learned.people > 0
             THEN '{forcegen.deployments.TourArrived,forcegen.deployments.TourTransferred}'::text[]
             ELSE '{forcegen.deployments.TourDeparted,forcegen.deployments.TourTransferred}'::text[] END) DESC,
         events.position DESC
LIMIT 1
