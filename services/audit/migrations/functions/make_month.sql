-- The part of an instant's month, in UTC, made where there is none. The caller holds the tree, so nobody makes it twice.
CREATE OR REPLACE FUNCTION make_month(instant timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := date_trunc('month', instant, 'UTC');
    part text := 'records_' || to_char(first AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF to_regclass(part) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF records FOR VALUES FROM (%L) TO (%L)',
            part, first, date_add(first, interval '1 month', 'UTC'));
    END IF;
END $$;
