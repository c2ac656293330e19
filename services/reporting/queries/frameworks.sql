-- The legal framework of each operation under each mandate: what is required, what is on record, what is missing.
SELECT id, to_json(item) AS item
FROM (
    SELECT mandate || '/' || mission AS id, mandate, mission, mandates.contributor,
           coalesce(required.kinds, '{}') AS required, required.required_from,
           on_record.documents, on_record.kinds AS recorded,
           ARRAY(SELECT kind FROM unnest(required.kinds) AS kind WHERE kind <> ALL (on_record.kinds)) AS missing,
           EXISTS (SELECT FROM parked WHERE service = 'approvals' AND stream = 'mandate/' || mandate) AS incomplete
    FROM (SELECT mandate, mission FROM legal_requirements
          UNION SELECT mandate, mission FROM legal_documents) AS operation
    JOIN mandates USING (mandate)
    LEFT JOIN LATERAL (
        SELECT kinds, required_from FROM legal_requirements AS requirement
        WHERE requirement.mandate = operation.mandate AND requirement.mission = operation.mission AND requirement.required_from <= :as_of::date
        ORDER BY requirement.required_from DESC, requirement.version DESC LIMIT 1
    ) AS required ON true
    CROSS JOIN LATERAL (
        SELECT coalesce(json_agg(legal_documents.* ORDER BY kind, document), '[]') AS documents,
               coalesce(array_agg(DISTINCT kind), '{}') AS kinds
        FROM legal_documents
        WHERE legal_documents.mandate = operation.mandate AND legal_documents.mission = operation.mission
          AND dated <= :as_of::date
    ) AS on_record
) AS item
WHERE {contributor? contributor = :contributor::text}
  AND {mandate? mandate = :mandate::text}
  AND {mission? mission = :mission::text}
  AND {id? id = :id::text}
  AND {after? id > :after::text}
ORDER BY id LIMIT :limit::int
