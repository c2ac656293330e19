-- depends: 0015-barred-strangers
-- Most who are asked about are there still: stays without an end have an index of their own, in which those of a State
-- stand side by side, and only stays that are over need one over periods. A day long ago costs what today costs: whoever
-- came since stands behind it in the first index, and whoever left since is found by the second. (The index over all
-- stays is kept for the sweep of lines as known on another day, which reads both kinds at once.)
CREATE INDEX IF NOT EXISTS tour_missions_open ON tour_missions (contributor, since)
    INCLUDE (tour, nth, mission, line, category, rank, headcount, person, leaves_on, until, recorded_from)
    WHERE until IS NULL;
CREATE INDEX IF NOT EXISTS tour_missions_over ON tour_missions USING gist (contributor, days(since, until))
    INCLUDE (tour, nth, mission, since, until, line, category, rank, headcount, person, leaves_on, recorded_from)
    WHERE until IS NOT NULL;

-- Where people were at any time between two days, both included.
CREATE OR REPLACE FUNCTION stays_between(first_day date, last_day date)
RETURNS TABLE (
    tour text, nth integer, mission text, since date, until date, contributor text, line text, category text, rank text,
    headcount integer, person text, leaves_on date
) LANGUAGE sql STABLE AS $$
    SELECT tour, nth, mission, since, until, contributor, line, category, rank, headcount, person, leaves_on
    FROM tour_missions WHERE until IS NULL AND since <= last_day
    UNION ALL
    SELECT tour, nth, mission, since, until, contributor, line, category, rank, headcount, person, leaves_on
    FROM tour_missions WHERE until IS NOT NULL AND days(since, until) && daterange(first_day, last_day, '[]')
$$;

-- As known at an instant: what stood then and stands still, by the same two indexes; and what others took the place of.
-- (A body that is parsed here and now: it keeps to these tables, whatever their schema is called one day.)
DO $$
BEGIN
    EXECUTE format($make$
        CREATE OR REPLACE FUNCTION %1$I.stays_between(first_day date, last_day date)
        RETURNS TABLE (
            tour text, nth integer, mission text, since date, until date, contributor text, line text, category text,
            rank text, headcount integer, person text, leaves_on date
        ) LANGUAGE sql STABLE BEGIN ATOMIC
            SELECT tour, nth, mission, since, until, contributor, line, category, rank, headcount, person, leaves_on
            FROM %2$I.tour_missions
            WHERE until IS NULL AND since <= last_day AND recorded_from <= (SELECT %2$I.known_at())
            UNION ALL
            SELECT tour, nth, mission, since, until, contributor, line, category, rank, headcount, person, leaves_on
            FROM %2$I.tour_missions
            WHERE until IS NOT NULL AND days(since, until) && daterange(first_day, last_day, '[]')
              AND recorded_from <= (SELECT %2$I.known_at())
            UNION ALL
            SELECT tour, nth, mission, since, until, contributor, line, category, rank, headcount, person, leaves_on
            FROM %2$I.tour_missions_history
            WHERE tstzrange(recorded_from, recorded_until) @> (SELECT %2$I.known_at())
              AND days(since, until) && daterange(first_day, last_day, '[]');
        END $make$, current_schema() || '_known', current_schema());
END $$;

-- Where people are on a day: the stays that hold it.
CREATE OR REPLACE FUNCTION stays_on(as_of date)
RETURNS TABLE (
    tour text, mission text, since date, contributor text, line text, category text, rank text, headcount integer,
    person text, leaves_on date
) LANGUAGE sql STABLE AS $$
    SELECT stay.tour, stay.mission, stay.since, stay.contributor, stay.line, stay.category, stay.rank, stay.headcount,
           stay.person, stay.leaves_on
    FROM stays_between(as_of, as_of) AS stay
$$;

-- The events behind a number are found and counted in the index alone.
CREATE INDEX IF NOT EXISTS events_of_owner ON events (owner, room) INCLUDE (position, day, type, recorded)
    WHERE owner IS NOT NULL;
DROP INDEX IF EXISTS events_by_owner;

-- As known at an instant, the tours of a post or a line are found without all that was replaced before it.
DO $$
DECLARE
    here text := current_schema();
    its_columns text;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO its_columns
    FROM pg_attribute WHERE attrelid = 'tours'::regclass AND attnum > 0 AND NOT attisdropped;
    EXECUTE format(
        'CREATE OR REPLACE VIEW %1$I.tours AS SELECT %2$s FROM ('
        '  SELECT %2$s, ''infinity''::timestamptz AS recorded_until, ''(,)''::tstzrange AS newest FROM %3$I.tours'
        '  UNION ALL SELECT %2$s, recorded_until, tstzrange(recorded_from, recorded_until) FROM %3$I.tours_history'
        ') AS kept WHERE newest @> (SELECT %3$I.known_at()) AND recorded_from <= (SELECT %3$I.known_at())'
        '           AND recorded_until > (SELECT %3$I.known_at())',
        here || '_known', its_columns, here);
END $$;
CREATE INDEX IF NOT EXISTS tours_history_of_post ON tours_history (post, recorded_until) WHERE post IS NOT NULL;
DROP INDEX IF EXISTS tours_history_in_post;
CREATE INDEX IF NOT EXISTS tours_history_of_line ON tours_history (line, recorded_until);
DROP INDEX IF EXISTS tours_history_by_line;
