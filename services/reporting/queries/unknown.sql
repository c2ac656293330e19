-- The first of the named things that nobody has recorded, and the names of some that are on record.
WITH asked AS (
    SELECT * FROM unnest(:kinds::text[], :names::text[]) WITH ORDINALITY AS asked (kind, name, nth)
), unknown AS (
    SELECT * FROM asked WHERE NOT CASE asked.kind
        WHEN 'mission' THEN
            EXISTS (SELECT FROM missions WHERE mission = asked.name)
            OR EXISTS (SELECT FROM line_terms WHERE asked.name = ANY (missions))
            OR EXISTS (SELECT FROM strength_returns WHERE mission = asked.name)
            OR EXISTS (SELECT FROM tour_missions WHERE mission = asked.name)
        WHEN 'contributor' THEN
            EXISTS (SELECT FROM mandates WHERE contributor = asked.name)
            OR EXISTS (SELECT FROM strength_returns WHERE contributor = asked.name)
            OR EXISTS (SELECT FROM tours WHERE contributor = asked.name)
            OR EXISTS (SELECT FROM candidates WHERE contributor = asked.name)
            OR EXISTS (SELECT FROM units WHERE contributor = asked.name)
            OR EXISTS (SELECT FROM applications WHERE contributor = asked.name)
            OR EXISTS (SELECT FROM official_statements WHERE contributor = asked.name)
        WHEN 'mandate' THEN EXISTS (SELECT FROM mandates WHERE mandate = asked.name)
            OR EXISTS (SELECT FROM mandate_lines WHERE mandate = asked.name)
        WHEN 'line' THEN EXISTS (SELECT FROM mandate_lines WHERE id = asked.name)
            OR EXISTS (SELECT FROM tours WHERE line = asked.name)
        WHEN 'tour' THEN EXISTS (SELECT FROM tours WHERE id = asked.name)
        WHEN 'vacancy' THEN EXISTS (SELECT FROM vacancies WHERE vacancy = asked.name)
        WHEN 'unit' THEN EXISTS (SELECT FROM units WHERE unit = asked.name)
            OR EXISTS (SELECT FROM tours WHERE unit = asked.name)
        WHEN 'candidate' THEN EXISTS (SELECT FROM candidates WHERE person = asked.name)
            OR EXISTS (SELECT FROM tours WHERE person = asked.name)
        WHEN 'stream' THEN EXISTS (SELECT FROM events WHERE stream = asked.name)
        WHEN 'correlation' THEN EXISTS (SELECT FROM events WHERE correlation_id = asked.name)
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
