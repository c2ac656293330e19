-- Question 7: the legal documents that each operation lacks on the day: what the newest requirement names, and no
-- document dated by then is. Where nobody recorded what an operation requires, a row has no kind.
WITH there AS MATERIALIZED (  -- counted once, not for each row that lacks something
    SELECT contributor, split_part(line, '/', 1) AS mandate, mission, sum(headcount)::int AS people
    FROM stays_on(:as_of::date) WHERE {contributor? contributor = :contributor::text}
    GROUP BY contributor, split_part(line, '/', 1), mission
)
SELECT mandates.contributor, lacks.mandate, lacks.mission, lacks.kind, lacks.required_from,
       :as_of::date - lacks.required_from AS days, lacks.documents,
       CASE WHEN lacks.kind IS NULL THEN 'no requirement is recorded' ELSE 'not on record' END AS why,
       coalesce(there.people, 0) AS people_there,
       EXISTS (SELECT FROM parked WHERE service = 'approvals' AND stream = 'mandate/' || lacks.mandate) AS incomplete
FROM (
    SELECT required.mandate, required.mission, kind, required.required_from, 1 AS documents
    FROM (SELECT DISTINCT ON (mandate, mission) * FROM legal_requirements WHERE required_from <= :as_of::date
          ORDER BY mandate, mission, required_from DESC, version DESC) AS required
    CROSS JOIN unnest(required.kinds) AS kind
    WHERE NOT EXISTS (SELECT FROM legal_documents AS held
                      WHERE (held.mandate, held.mission, held.kind) = (required.mandate, required.mission, kind.kind)
                        AND held.dated <= :as_of::date)
    UNION ALL
    SELECT DISTINCT terms.mandate, mission, NULL, NULL::date, 0
    FROM mandate_lines AS lines CROSS JOIN LATERAL terms_of(lines.id, :as_of::date) AS terms
    CROSS JOIN unnest(terms.missions) AS mission
    WHERE {contributor? lines.contributor = :contributor::text}
      AND in_force(lines.since, lines.ends_on, terms.valid_from, terms.valid_until, :as_of::date)
      AND NOT EXISTS (SELECT FROM legal_requirements AS requirement
                      WHERE requirement.mandate = terms.mandate AND requirement.mission = mission.mission
                        AND requirement.required_from <= :as_of::date)
) AS lacks
JOIN mandates ON mandates.mandate = lacks.mandate
LEFT JOIN there
  ON (there.contributor, there.mandate, there.mission) = (mandates.contributor, lacks.mandate, lacks.mission)
WHERE (coalesce(:all::boolean, false) OR mandates.ends_on IS NULL OR mandates.ends_on > :as_of::date)
  AND {contributor? mandates.contributor = :contributor::text}
  AND {missions? lacks.mission = ANY (:missions::text[])}
  AND {mandate? lacks.mandate = :mandate::text}
