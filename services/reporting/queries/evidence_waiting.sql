-- On what it rests that nothing waits: the applications on record, and the consents that tours to come need.
SELECT count(*) FILTER (WHERE day <= :as_of::date) AS compared, min(day) AS first_day,
       max(day) FILTER (WHERE day <= :as_of::date) AS last_day
FROM (
    SELECT submitted_on AS day, mandate, CASE WHEN cardinality(missions) = 1 THEN missions[1] END AS mission
    FROM applications WHERE {contributor? contributor = :contributor::text}
    UNION ALL
    SELECT least((tours.planned_at AT TIME ZONE 'UTC')::date, tours.planned_from), tours.mandate, tours.mission
    FROM to_come_on(:as_of::date) AS tours JOIN consents ON consents.tour = tours.id
    WHERE consents.required AND {contributor? tours.contributor = :contributor::text}
) AS needed
WHERE {missions? mission = ANY (:missions::text[])}
  AND {mandate? mandate = :mandate::text}
