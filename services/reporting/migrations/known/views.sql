-- In the schema `<schema>_known`, a view of the name and the columns of each view, with the rows that were on record at
-- `known_at()`: all of them follow from the tables by one rule, so they are made from the catalogue and not written down.
-- The condition stands outside of the union: only so can Postgres look a single row up in both of its tables.
DO $$
DECLARE
    here text := current_schema();
    each text;
    its_columns text;
BEGIN
    FOR each IN
        SELECT left(tablename, -length('_history')) FROM pg_tables
        WHERE schemaname = here AND tablename LIKE '%\_history' AND tablename <> 'tours_history'
    LOOP
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO its_columns
        FROM pg_attribute WHERE attrelid = each::regclass AND attnum > 0 AND NOT attisdropped;
        EXECUTE format(
            'CREATE OR REPLACE VIEW %1$I.%2$I WITH (security_invoker = true) AS SELECT %3$s FROM ('
            '  SELECT %3$s, ''(,)''::tstzrange AS newest FROM %4$I.%2$I'
            '  UNION ALL SELECT %3$s, tstzrange(system_from, system_to) FROM %4$I.%5$I'
            ') AS kept WHERE newest @> (SELECT %4$I.known_at()) AND system_from <= (SELECT %4$I.known_at())',
            here || '_known', each, its_columns, here, each || '_history');
    END LOOP;
END $$;
