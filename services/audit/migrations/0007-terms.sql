-- depends: 0006-readings
-- Texts that an index may not hold are kept as their beginning and their hash (services/audit/search/indexer.py, `term`), and
-- are looked for in the same way. The rows that are there already are brought into this form.

CREATE OR REPLACE FUNCTION term(told text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN octet_length(told) <= 1024 THEN told
                ELSE left(told, 40) || '… sha256:' || encode(sha256(convert_to(told, 'UTF8')), 'hex') END
$$;
UPDATE messages SET id = term(id), source = term(source), type = term(type), stream = term(stream), actor = term(actor),
    status = term(status), correlation = term(correlation), causation = term(causation), cause = term(cause)
WHERE greatest(octet_length(id), octet_length(source), octet_length(type), octet_length(stream), octet_length(actor),
    octet_length(status), octet_length(correlation), octet_length(causation), octet_length(cause)) > 1024;
DROP FUNCTION term;
