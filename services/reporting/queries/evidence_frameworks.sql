-- On what it rests that no legal framework is on record: the operations with a requirement or a document by the day.
SELECT count(DISTINCT (mandate, mission)) FILTER (WHERE day <= :as_of::date) AS compared, min(day) AS first_day,
       max(day) FILTER (WHERE day <= :as_of::date) AS last_day
FROM (SELECT mandate, mission, required_from AS day FROM legal_requirements
      UNION ALL SELECT mandate, mission, dated FROM legal_documents) AS kept
JOIN mandates USING (mandate)
WHERE {contributor? mandates.contributor = :contributor::text}
  AND {mandate? mandate = :mandate::text}
  AND {mission? mission = :mission::text}
