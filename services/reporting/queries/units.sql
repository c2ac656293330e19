-- Units that were pledged by the day, and whether the pledge holds on it.
SELECT id, to_json(item) AS item
FROM (
    SELECT unit AS id, units.*, valid_until > :as_of::date AS pledge_holds,
           EXISTS (SELECT FROM parked WHERE room = 'vacancies' AND stream = 'unit/' || unit) AS incomplete
    FROM units
) AS item
WHERE pledged_on <= :as_of::date
  AND (:contributor::text IS NULL OR contributor = :contributor::text)
  AND (:category::text IS NULL OR category = :category::text)
  AND (:mission::text IS NULL OR mission = :mission::text)
  AND (:status::text IS NULL OR status = :status::text)
  AND (:id::text IS NULL OR id = :id::text)
  AND (:after::text IS NULL OR id > :after::text)
ORDER BY id LIMIT :limit::int
