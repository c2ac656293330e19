-- What the UN counted by the newest return until the day, as a list that can be paged.
SELECT id, to_json(item) AS item
FROM (
    SELECT contributor || '/' || mission || '/' || personnel_type AS id, contributor, mission, personnel_type,
           counted_on, people, people_least, male, female, returns AS rows, published_at, sources,
           EXISTS (SELECT FROM parked WHERE service = 'deployments' AND stream = 'contributor/' || contributor) AS incomplete
    FROM returned_on(:as_of::date, :published_before::timestamptz)
    WHERE {contributor? contributor = :contributor::text}
      AND {mission? mission = :mission::text}
      AND {personnel_type? personnel_type = :personnel_type::text}
) AS item
WHERE {after? id > :after::text}
ORDER BY id LIMIT :limit::int
