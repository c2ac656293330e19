-- What the UN's returns say, row by row and publication by publication, with what is odd about each; a page begins
-- behind the row whose event the cursor names.
SELECT event::text AS id, to_json(item) AS item
FROM (
    SELECT event, contributor, as_of, mission, personnel_type, published_at, contributor_as_published, male, female,
           total, source, noticed,
           EXISTS (SELECT FROM parked WHERE service = 'deployments' AND stream = 'contributor/' || contributor) AS incomplete
    FROM strength_returns_noticed()
    WHERE {contributor? contributor = :contributor::text}
      AND {mission? mission = :mission::text}
      AND {personnel_type? personnel_type = :personnel_type::text}
      AND {month_from? as_of >= (:month_from::text || '-01')::date}
      AND {month_until? as_of < (:month_until::text || '-01')::date + interval '1 month'}
      AND {published_before? published_at < :published_before::timestamptz}
      AND {noticed? :noticed::text = ANY (noticed)}
      AND as_of <= :as_of::date
      AND {after? (contributor, as_of, mission, personnel_type, published_at, event) > (
          SELECT last.contributor, last.as_of, last.mission, last.personnel_type, last.published_at, last.event
          FROM strength_returns AS last
          WHERE last.event = :after::text::uuid
      )}
    ORDER BY contributor, as_of, mission, personnel_type, published_at, event LIMIT :limit::int
) AS item
ORDER BY contributor, as_of, mission, personnel_type, published_at, event
