-- On what it rests that no document is missing: the operations for which required documents are on record by the day.
SELECT count(DISTINCT (required.mandate, required.mission)) FILTER (WHERE required_from <= :as_of::date) AS compared,
       min(required_from) AS first_day, max(required_from) FILTER (WHERE required_from <= :as_of::date) AS last_day
FROM legal_requirements AS required JOIN mandates ON mandates.mandate = required.mandate
WHERE (coalesce(:all::boolean, false) OR mandates.ends_on IS NULL OR mandates.ends_on > :as_of::date)
  AND {contributor? mandates.contributor = :contributor::text}
  AND {missions? required.mission = ANY (:missions::text[])}
  AND {mandate? required.mandate = :mandate::text}
