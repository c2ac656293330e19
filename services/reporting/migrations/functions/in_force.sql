-- A line is in force on a day from the day of its act until it ends, within the days that its terms name.
CREATE OR REPLACE FUNCTION in_force(since date, ends_on date, valid_from date, valid_until date, as_of date)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT since <= as_of AND (ends_on IS NULL OR ends_on > as_of)
       AND valid_from <= as_of AND (valid_until IS NULL OR valid_until > as_of)
$$;
