-- Question 1 with the UN's returns as its source: how many the UN counted, by the newest return until the day.
SELECT contributor, mission, personnel_type, people, people_least, male, female, counted_on, published_at, returns, sources,
       EXISTS (SELECT FROM parked WHERE service = 'deployments' AND stream = 'contributor/' || contributor) AS incomplete
FROM returned_on(:as_of::date, :published_before::timestamptz)
WHERE {contributor? contributor = :contributor::text}
  AND {missions? mission = ANY (:missions::text[])}
  AND {types? personnel_type = ANY (:types::text[])}
