-- What must never be: two versions of a row on record at one instant, an instant without any between two of them, or a
-- tour in two missions on one day. Operators can run it at any time (SELECT * FROM overlapping_periods()); it reads
-- every row of every view. No row is the answer that is wanted.
CREATE OR REPLACE FUNCTION overlapping_periods()
RETURNS TABLE (view text, thing text, system_from timestamptz, system_to timestamptz, following timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    each text;
    its_key text;
BEGIN
    FOR each IN
        SELECT left(tablename, -length('_history')) FROM pg_tables
        WHERE schemaname = current_schema() AND tablename LIKE '%\_history'
    LOOP
        SELECT string_agg(format('%I::text', attname), ', ' ORDER BY attnum) INTO its_key
        FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
        WHERE indrelid = each::regclass AND indisprimary;
        RETURN QUERY EXECUTE format(
            'SELECT %L, * FROM ('
            '  SELECT concat_ws(''/'', %s) AS thing, system_from, system_to,'
            '         lead(system_from) OVER (PARTITION BY %s ORDER BY system_from, system_to) AS following'
            '  FROM (SELECT *, ''infinity''::timestamptz AS system_to FROM %I UNION ALL SELECT * FROM %I) AS kept'
            ') AS version WHERE system_to <= system_from OR system_to <> following'
            ' OR following IS NULL AND system_to < ''infinity''',
            each, its_key, its_key, each, each || '_history');
    END LOOP;
    RETURN QUERY
        SELECT 'stays', stay.tour, stay.valid_from::timestamptz, stay.valid_to::timestamptz, stay.following::timestamptz
        FROM (SELECT *, lead(valid_from) OVER (PARTITION BY tour ORDER BY valid_from, nth) AS following FROM stays) AS stay
        WHERE stay.valid_to > stay.following OR stay.valid_to IS NULL AND stay.following IS NOT NULL;
END $$;
