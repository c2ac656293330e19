-- The same of `tours`, so that those of a post or a line are found without all that was replaced before the instant: the
-- indexes of `tours_history` hold the end of each row's period.
DO $$
DECLARE
    here text := current_schema();
    its_columns text;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO its_columns
    FROM pg_attribute WHERE attrelid = 'tours'::regclass AND attnum > 0 AND NOT attisdropped;
    EXECUTE format(
        'CREATE OR REPLACE VIEW %1$I.tours WITH (security_invoker = true) AS SELECT %2$s FROM ('
        '  SELECT %2$s, ''infinity''::timestamptz AS system_to, ''(,)''::tstzrange AS newest FROM %3$I.tours'
        '  UNION ALL SELECT %2$s, system_to, tstzrange(system_from, system_to) FROM %3$I.tours_history'
        ') AS kept WHERE newest @> (SELECT %3$I.known_at()) AND system_from <= (SELECT %3$I.known_at())'
        '           AND system_to > (SELECT %3$I.known_at())',
        here || '_known', its_columns, here);
END $$;
