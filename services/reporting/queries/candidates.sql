-- Candidates by opaque reference, and whether each is barred on the day.
SELECT id, to_json(item) AS item
FROM (
    SELECT person AS id, candidates.*,
           barred_since IS NOT NULL AND barred_since <= :as_of::date AS barred,
           EXISTS (SELECT FROM parked WHERE service = 'vacancies' AND stream = 'candidate/' || person) AS incomplete
    FROM candidates
) AS item
WHERE least(registered_on, barred_since) <= :as_of::date
  AND {contributor? contributor = :contributor::text}
  AND {rank? rank = :rank::text}
  AND {status? status = :status::text}
  AND {barred? barred = :barred::boolean}
  AND {id? id = :id::text}
  AND {after? id > :after::text}
ORDER BY id LIMIT :limit::int
