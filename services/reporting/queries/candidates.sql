-- Candidates by opaque reference, and whether each is barred on the day.
SELECT id, to_json(item) AS item
FROM (
    SELECT person AS id, candidates.*,
           barred_since IS NOT NULL AND barred_since <= :as_of::date AS barred,
           EXISTS (SELECT FROM parked WHERE room = 'vacancies' AND stream = 'candidate/' || person) AS incomplete
    FROM candidates
) AS item
WHERE least(registered_on, barred_since) <= :as_of::date
  AND (:contributor::text IS NULL OR contributor = :contributor::text)
  AND (:rank::text IS NULL OR rank = :rank::text)
  AND (:status::text IS NULL OR status = :status::text)
  AND (:barred::boolean IS NULL OR barred = :barred::boolean)
  AND (:id::text IS NULL OR id = :id::text)
  AND (:after::text IS NULL OR id > :after::text)
ORDER BY id LIMIT :limit::int
