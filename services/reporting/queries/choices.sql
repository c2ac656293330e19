-- The names that a form offers: missions with what they are called in full, and mandates.
SELECT kind, name, label
FROM (
    SELECT 'mission' AS kind, coalesce(known.mission, missions.mission) AS name, missions.name AS label
    FROM (SELECT DISTINCT unnest(missions) AS mission FROM line_terms) AS known
    FULL JOIN missions ON missions.mission = known.mission
    UNION ALL
    SELECT 'mandate', mandate, act_number FROM mandates
) AS choice
WHERE kind = ANY (:kinds::text[])
ORDER BY kind, name
