-- Names of some kinds that are on record and stand near a name in their order, for a suggestion: up to fifty on each side,
-- and all missions and States, which are few. Each is read from its index, and of what the reader may see.
(SELECT 'mission' AS kind, mission AS name FROM missions WHERE 'mission' = ANY (:kinds::text[]))
UNION (SELECT 'mission', unnest(missions) FROM line_terms WHERE 'mission' = ANY (:kinds::text[]))
UNION (SELECT 'contributor', contributor FROM mandates WHERE 'contributor' = ANY (:kinds::text[]))
UNION (SELECT 'mandate', mandate FROM mandates WHERE 'mandate' = ANY (:kinds::text[]) AND mandate >= :name::text
       ORDER BY mandate LIMIT 50)
UNION (SELECT 'mandate', mandate FROM mandates WHERE 'mandate' = ANY (:kinds::text[]) AND mandate < :name::text
       ORDER BY mandate DESC LIMIT 50)
UNION (SELECT 'line', id FROM mandate_lines WHERE 'line' = ANY (:kinds::text[]) AND id >= :name::text
       ORDER BY id LIMIT 50)
UNION (SELECT 'line', id FROM mandate_lines WHERE 'line' = ANY (:kinds::text[]) AND id < :name::text
       ORDER BY id DESC LIMIT 50)
UNION (SELECT 'tour', id FROM tours WHERE 'tour' = ANY (:kinds::text[]) AND id >= :name::text
       ORDER BY id LIMIT 50)
UNION (SELECT 'tour', id FROM tours WHERE 'tour' = ANY (:kinds::text[]) AND id < :name::text
       ORDER BY id DESC LIMIT 50)
UNION (SELECT 'vacancy', vacancy FROM vacancies WHERE 'vacancy' = ANY (:kinds::text[]) AND vacancy >= :name::text
       ORDER BY vacancy LIMIT 50)
UNION (SELECT 'vacancy', vacancy FROM vacancies WHERE 'vacancy' = ANY (:kinds::text[]) AND vacancy < :name::text
       ORDER BY vacancy DESC LIMIT 50)
UNION (SELECT 'application', application FROM applications
       WHERE 'application' = ANY (:kinds::text[]) AND application >= :name::text ORDER BY application LIMIT 50)
UNION (SELECT 'application', application FROM applications
       WHERE 'application' = ANY (:kinds::text[]) AND application < :name::text ORDER BY application DESC LIMIT 50)
UNION (SELECT 'nomination', id FROM nominations WHERE 'nomination' = ANY (:kinds::text[]) AND id >= :name::text
       ORDER BY id LIMIT 50)
UNION (SELECT 'nomination', id FROM nominations WHERE 'nomination' = ANY (:kinds::text[]) AND id < :name::text
       ORDER BY id DESC LIMIT 50)
UNION (SELECT 'candidate', person FROM candidates WHERE 'candidate' = ANY (:kinds::text[]) AND person >= :name::text
       ORDER BY person LIMIT 50)
UNION (SELECT 'candidate', person FROM candidates WHERE 'candidate' = ANY (:kinds::text[]) AND person < :name::text
       ORDER BY person DESC LIMIT 50)
UNION (SELECT 'unit', unit FROM units WHERE 'unit' = ANY (:kinds::text[]) AND unit >= :name::text
       ORDER BY unit LIMIT 50)
UNION (SELECT 'unit', unit FROM units WHERE 'unit' = ANY (:kinds::text[]) AND unit < :name::text
       ORDER BY unit DESC LIMIT 50)
ORDER BY kind, name
