-- The terms of each line on a day: the newest that begin by then; for a line that begins later, its first ones.
CREATE OR REPLACE FUNCTION terms_on(as_of date)
RETURNS SETOF line_terms LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (line) line_terms.*
    FROM line_terms
    ORDER BY line, (line_terms.since <= as_of) DESC,
             CASE WHEN line_terms.since <= as_of THEN line_terms.since END DESC,
             CASE WHEN line_terms.since > as_of THEN line_terms.since END,
             version DESC
$$;
