-- Applications that were submitted by the day, with the vacancies that answer them.
SELECT id, to_json(item) AS item
FROM (
    SELECT application AS id, applications.*,
           (SELECT coalesce(json_agg(vacancy ORDER BY vacancy), '[]') FROM vacancies
            WHERE vacancies.application = applications.application AND announced_on <= :as_of::date) AS answered_by,
           EXISTS (SELECT FROM parked WHERE room = 'vacancies' AND stream = 'application/' || application) AS incomplete
    FROM applications
) AS item
WHERE submitted_on <= :as_of::date
  AND (:contributor::text IS NULL OR contributor = :contributor::text)
  AND (:mandate::text IS NULL OR mandate = :mandate::text)
  AND (:mission::text IS NULL OR :mission::text = ANY (missions) OR cardinality(missions) = 0)
  AND (:category::text IS NULL OR :category::text = ANY (categories))
  AND (:status::text IS NULL OR status = :status::text)
  AND (:id::text IS NULL OR id = :id::text)
  AND (:after::text IS NULL OR id > :after::text)
ORDER BY id LIMIT :limit::int
