-- Tours that are still to come on a day: neither arrived nor cancelled by then.
CREATE OR REPLACE FUNCTION to_come_on(as_of date) RETURNS SETOF tours LANGUAGE sql STABLE AS $$
    SELECT * FROM tours WHERE settled_on(arrived_on, cancelled_on) > as_of
$$;
