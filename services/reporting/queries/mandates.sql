-- Mandates, and whether each is in force on the day that is asked about.
SELECT id, to_json(item) AS item
FROM (
    SELECT mandates.mandate AS id, mandates.*,
           in_force_from IS NOT NULL AND in_force_from <= :as_of::date AND (ends_on IS NULL OR ends_on > :as_of::date)
               AS in_force,
           EXISTS (SELECT FROM parked WHERE service = 'approvals' AND stream = 'mandate/' || mandate) AS incomplete
    FROM mandates
) AS item
WHERE {contributor? contributor = :contributor::text}
  AND {status? status = :status::text}
  AND {in_force? in_force = :in_force::boolean}
  AND {id? id = :id::text}
  AND {after? id > :after::text}
ORDER BY id LIMIT :limit::int
