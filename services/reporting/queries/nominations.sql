-- Nominations that were made by the day.
SELECT id, to_json(item) AS item
FROM (
    SELECT nominations.*,
           EXISTS (SELECT FROM parked WHERE service = 'vacancies' AND stream = 'vacancy/' || vacancy) AS incomplete
    FROM nominations
) AS item
WHERE nominated_on <= :as_of::date
  AND {contributor? contributor = :contributor::text}
  AND {mission? mission = :mission::text}
  AND {category? category = :category::text}
  AND {status? status = :status::text}
  AND {mandate? mandate = :mandate::text}
  AND {line? line = :line::text}
  AND {vacancy? vacancy = :vacancy::text}
  AND {id? id = :id::text}
  AND {after? id > :after::text}
ORDER BY id LIMIT :limit::int
