-- Vacancies that were announced by the day, with how many nominations each has had by then.
SELECT id, to_json(item) AS item
FROM (
    SELECT vacancy AS id, vacancies.*,
           (SELECT count(*) FROM nominations
            WHERE nominations.vacancy = vacancies.vacancy AND nominated_on <= :as_of::date) AS nominations,
           EXISTS (SELECT FROM parked WHERE service = 'vacancies' AND stream = 'vacancy/' || vacancy) AS incomplete
    FROM vacancies
) AS item
WHERE announced_on <= :as_of::date
  AND {mission? mission = :mission::text}
  AND {category? category = :category::text}
  AND {status? status = :status::text}
  AND {id? id = :id::text}
  AND {after? id > :after::text}
ORDER BY id LIMIT :limit::int
