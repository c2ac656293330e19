-- Applications that were submitted by the day, with the vacancies that answer them.
SELECT id, to_json(item) AS item
FROM (
    SELECT application AS id, applications.*,
           (SELECT coalesce(json_agg(vacancy ORDER BY vacancy), '[]') FROM vacancies
            WHERE vacancies.application = applications.application AND announced_on <= :as_of::date) AS answered_by,
           EXISTS (SELECT FROM parked WHERE service = 'vacancies' AND stream = 'application/' || application) AS incomplete
    FROM applications
) AS item
WHERE submitted_on <= :as_of::date
  AND {contributor? contributor = :contributor::text}
  AND {mandate? mandate = :mandate::text}
  AND {mission? :mission::text = ANY (missions) OR cardinality(missions) = 0}
  AND {category? :category::text = ANY (categories)}
  AND {status? status = :status::text}
  AND {id? id = :id::text}
  AND {after? id > :after::text}
ORDER BY id LIMIT :limit::int
