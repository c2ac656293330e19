-- The events that were on record at `known_at()`.
DO $$
BEGIN
    EXECUTE format(
        'CREATE OR REPLACE VIEW %1$I.events WITH (security_invoker = true) AS'
        ' SELECT * FROM %2$I.events WHERE recorded <= (SELECT %2$I.known_at())',
        current_schema() || '_known', current_schema());
END $$;
