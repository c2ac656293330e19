-- What one person did without a second one, by the day: when it was put on record, who did it, what, and why.
SELECT day, service, position, contributor, recorded,
       CASE service WHEN 'deployments' THEN 'correction'
                    ELSE (SELECT key FROM json_each(data -> 'change') WHERE json_typeof(value) <> 'null')
       END AS what,
       aggregate_id AS id, data ->> 'changed_by' AS changed_by,
       coalesce(data ->> 'why_alone', data ->> 'reason') AS why, events.id AS event, 1 AS times,
       EXISTS (SELECT FROM parked WHERE parked.service = events.service AND parked.stream = events.stream) AS incomplete
FROM events
WHERE type IN ('forcegen.approvals.MandateChangedByBreakGlass', 'forcegen.deployments.TourCorrectedByBreakGlass')
  AND day <= :as_of::date
  AND {since? day >= :since::date}
  AND {contributor? contributor = :contributor::text}
  AND {mandate? split_part(aggregate_id, '/', 1) = :mandate::text}
