-- Units that were pledged by the day, and whether the pledge holds on it.
SELECT id, to_json(item) AS item
FROM (
    SELECT unit AS id, units.*, valid_until > :as_of::date AS pledge_holds,
           EXISTS (SELECT FROM parked WHERE service = 'vacancies' AND stream = 'unit/' || unit) AS incomplete
    FROM units
) AS item
WHERE pledged_on <= :as_of::date
  AND {contributor? contributor = :contributor::text}
  AND {category? category = :category::text}
  AND {mission? mission = :mission::text}
  AND {status? status = :status::text}
  AND {id? id = :id::text}
  AND {after? id > :after::text}
ORDER BY id LIMIT :limit::int
