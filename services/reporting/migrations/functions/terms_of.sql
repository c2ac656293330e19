-- The terms of one line on a day, as terms_on has them of all.
CREATE OR REPLACE FUNCTION terms_of(of_line text, as_of date) RETURNS SETOF line_terms LANGUAGE sql STABLE AS $$
    SELECT line_terms.* FROM line_terms WHERE line = of_line
    ORDER BY (line_terms.since <= as_of) DESC,
             CASE WHEN line_terms.since <= as_of THEN line_terms.since END DESC,
             CASE WHEN line_terms.since > as_of THEN line_terms.since END,
             version DESC
    LIMIT 1
$$;
