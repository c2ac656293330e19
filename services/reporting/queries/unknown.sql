-- The first of the named things that nobody has recorded, and the names of some that are on record.
WITH wanted AS (
    SELECT * FROM unnest(:kinds::text[], :names::text[]) WITH ORDINALITY AS wanted (kind, name, nth)
), unknown AS (
    SELECT * FROM wanted WHERE NOT CASE wanted.kind
        WHEN 'mission' THEN
            EXISTS (SELECT FROM missions WHERE mission = wanted.name)
            OR EXISTS (SELECT FROM line_terms WHERE wanted.name = ANY (missions))
            OR EXISTS (SELECT FROM strength_returns WHERE mission = wanted.name)
            OR EXISTS (SELECT FROM stays WHERE mission = wanted.name)
        WHEN 'contributor' THEN
            EXISTS (SELECT FROM mandates WHERE contributor = wanted.name)
            OR EXISTS (SELECT FROM strength_returns WHERE contributor = wanted.name)
            OR EXISTS (SELECT FROM tours WHERE contributor = wanted.name)
            OR EXISTS (SELECT FROM candidates WHERE contributor = wanted.name)
            OR EXISTS (SELECT FROM units WHERE contributor = wanted.name)
            OR EXISTS (SELECT FROM applications WHERE contributor = wanted.name)
            OR EXISTS (SELECT FROM official_statements WHERE contributor = wanted.name)
        WHEN 'mandate' THEN EXISTS (SELECT FROM mandates WHERE mandate = wanted.name)
            OR EXISTS (SELECT FROM mandate_lines WHERE mandate = wanted.name)
        WHEN 'line' THEN EXISTS (SELECT FROM mandate_lines WHERE id = wanted.name)
            OR EXISTS (SELECT FROM tours WHERE line = wanted.name)
        WHEN 'tour' THEN EXISTS (SELECT FROM tours WHERE id = wanted.name)
        WHEN 'vacancy' THEN EXISTS (SELECT FROM vacancies WHERE vacancy = wanted.name)
        WHEN 'unit' THEN EXISTS (SELECT FROM units WHERE unit = wanted.name)
            OR EXISTS (SELECT FROM tours WHERE unit = wanted.name)
        WHEN 'candidate' THEN EXISTS (SELECT FROM candidates WHERE person = wanted.name)
            OR EXISTS (SELECT FROM tours WHERE person = wanted.name)
        WHEN 'stream' THEN EXISTS (SELECT FROM events WHERE stream = wanted.name)
        WHEN 'correlation' THEN EXISTS (SELECT FROM events WHERE correlation_id = wanted.name)
        ELSE true END
    ORDER BY nth LIMIT 1
), there AS (
    SELECT mission AS name FROM unknown, missions WHERE kind = 'mission'
    UNION SELECT unnest(missions) FROM unknown, line_terms WHERE kind = 'mission'
    UNION SELECT contributor FROM unknown, mandates WHERE kind = 'contributor'
    UNION SELECT mandate FROM unknown, mandates WHERE kind = 'mandate'
    UNION SELECT id FROM unknown, mandate_lines WHERE kind = 'line'
    UNION SELECT unit FROM unknown, units WHERE kind = 'unit'
    LIMIT 31
)
SELECT nth, ARRAY(SELECT name FROM there ORDER BY name LIMIT 30) AS names, (SELECT count(*) > 30 FROM there) AS more
FROM unknown
