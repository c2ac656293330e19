-- As known at an instant: what stood then and stands still, by the same two indexes; and what others took the place of.
-- (A body that is parsed here and now: it keeps to these tables, whatever their schema is called one day.)
DO $$
BEGIN
    EXECUTE format($make$
        CREATE OR REPLACE FUNCTION %1$I.stays_between(first_day date, last_day date)
        RETURNS TABLE (
            tour text, nth integer, mission text, valid_from date, valid_to date, contributor text, line text,
            category text, rank text, headcount integer, person text, leaves_on date
        ) LANGUAGE sql STABLE BEGIN ATOMIC
            SELECT tour, nth, mission, valid_from, valid_to, contributor, line, category, rank, headcount, person, leaves_on
            FROM %2$I.stays
            WHERE valid_to IS NULL AND valid_from <= last_day AND system_from <= (SELECT %2$I.known_at())
            UNION ALL
            SELECT tour, nth, mission, valid_from, valid_to, contributor, line, category, rank, headcount, person, leaves_on
            FROM %2$I.stays
            WHERE valid_to > first_day AND valid_from <= last_day AND valid_from < valid_to
              AND system_from <= (SELECT %2$I.known_at())
            UNION ALL
            SELECT tour, nth, mission, valid_from, valid_to, contributor, line, category, rank, headcount, person, leaves_on
            FROM %2$I.stays_history
            WHERE tstzrange(system_from, system_to) @> (SELECT %2$I.known_at())
              AND coalesce(valid_to, 'infinity') > first_day AND valid_from <= last_day
              AND coalesce(valid_from < valid_to, true);
        END $make$, current_schema() || '_known', current_schema());
END $$;
-- What only earlier versions of these functions used.
DROP FUNCTION IF EXISTS days(date, date);
