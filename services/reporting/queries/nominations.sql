-- Nominations that were made by the day.
SELECT id, to_json(item) AS item
FROM (
    SELECT nominations.*,
           EXISTS (SELECT FROM parked WHERE room = 'vacancies' AND stream = 'vacancy/' || vacancy) AS incomplete
    FROM nominations
) AS item
WHERE nominated_on <= :as_of::date
  AND (:contributor::text IS NULL OR contributor = :contributor::text)
  AND (:mission::text IS NULL OR mission = :mission::text)
  AND (:category::text IS NULL OR category = :category::text)
  AND (:status::text IS NULL OR status = :status::text)
  AND (:mandate::text IS NULL OR mandate = :mandate::text)
  AND (:line::text IS NULL OR line = :line::text)
  AND (:vacancy::text IS NULL OR vacancy = :vacancy::text)
  AND (:id::text IS NULL OR id = :id::text)
  AND (:after::text IS NULL OR id > :after::text)
ORDER BY id LIMIT :limit::int
