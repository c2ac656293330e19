-- The instant that a question is asked of. `reporting_known` has a view for each view here, of the same name and the
-- same columns, with the rows that were on record at that instant: a query whose search path begins there answers as
-- it would have answered then, and is not written twice.
CREATE OR REPLACE FUNCTION known_at() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT current_setting('forcegen.known_at')::timestamptz
$$;
