-- As known at an instant: the versions of until then. (A body that is parsed here and now, as that of stays_between.)
DO $$
BEGIN
    EXECUTE format($make$
        CREATE OR REPLACE FUNCTION %1$I.stay_versions()
        RETURNS TABLE (
            tour text, nth integer, mission text, valid_from date, valid_to date, facts text[], contributor text,
            line text, category text, rank text, headcount integer, system_from timestamptz, system_to timestamptz
        ) LANGUAGE sql STABLE BEGIN ATOMIC
            SELECT tour, nth, mission, valid_from, valid_to, facts, contributor, line, category, rank, headcount,
                   system_from, 'infinity'::timestamptz
            FROM %2$I.stays WHERE system_from <= (SELECT %2$I.known_at())
            UNION ALL
            SELECT tour, nth, mission, valid_from, valid_to, facts, contributor, line, category, rank, headcount,
                   system_from, system_to
            FROM %2$I.stays_history WHERE system_from <= (SELECT %2$I.known_at());
        END $make$, current_schema() || '_known', current_schema());
END $$;
