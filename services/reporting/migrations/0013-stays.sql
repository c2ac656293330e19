-- depends: 0012-timeline
-- What is counted of people who are somewhere stands with their stay, and in its index: who was there on a day, and how
-- many, is read from a few pages of one index, without a look at any tour. An event says which State it is about.

-- Rows of before hold none of it: the views are made again, from the topics.
DO $$
DECLARE
    here text := current_schema();
    known text := current_schema() || '_known';
    each text;
BEGIN
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'tour_missions'::regclass AND attname = 'leaves_on') THEN
        RETURN;
    END IF;
    DELETE FROM consumed;
    FOR each IN
        SELECT tablename FROM pg_tables WHERE schemaname = here AND to_regclass(tablename || '_history') IS NOT NULL
    LOOP
        EXECUTE format('TRUNCATE %I, %I', each, each || '_history');
    END LOOP;
    TRUNCATE stream_versions, events, parked;

    DROP TABLE tour_missions, tour_missions_history CASCADE;
    CREATE TABLE tour_missions (
        tour          text NOT NULL,
        nth           integer NOT NULL,
        mission       text NOT NULL,
        since         date NOT NULL,
        until         date,
        facts         text[] NOT NULL,
        contributor   text NOT NULL,
        line          text NOT NULL,
        category      text NOT NULL,
        rank          text,
        headcount     integer NOT NULL,
        person        text,
        leaves_on     date NOT NULL,
        recorded_from timestamptz NOT NULL,
        PRIMARY KEY (tour, nth)
    ) WITH (fillfactor = 80);
    CREATE TABLE tour_missions_history (LIKE tour_missions, recorded_until timestamptz NOT NULL);
    EXECUTE format(
        'CREATE VIEW %1$I.tour_missions AS SELECT tour, nth, mission, since, until, facts, contributor, line, category,'
        '       rank, headcount, person, leaves_on, recorded_from FROM ('
        '  SELECT *, ''(,)''::tstzrange AS newest FROM %2$I.tour_missions'
        '  UNION ALL SELECT tour, nth, mission, since, until, facts, contributor, line, category, rank, headcount,'
        '                   person, leaves_on, recorded_from, tstzrange(recorded_from, recorded_until)'
        '  FROM %2$I.tour_missions_history'
        ') AS kept WHERE newest @> (SELECT %2$I.known_at()) AND recorded_from <= (SELECT %2$I.known_at())',
        known, here);

    ALTER TABLE events
        ADD COLUMN contributor text,
        ADD COLUMN day date NOT NULL GENERATED ALWAYS AS ((effective AT TIME ZONE 'UTC')::date) STORED;
    EXECUTE format(
        'CREATE OR REPLACE VIEW %1$I.events AS SELECT * FROM %2$I.events WHERE recorded <= (SELECT %2$I.known_at())',
        known, here);
END $$;

CREATE INDEX IF NOT EXISTS tour_missions_by_mission ON tour_missions (mission, since);
CREATE INDEX IF NOT EXISTS tour_missions_on ON tour_missions USING gist (contributor, days(since, until))
    INCLUDE (tour, nth, mission, since, until, line, category, rank, headcount, person, leaves_on, recorded_from);
CREATE INDEX IF NOT EXISTS tour_missions_known ON tour_missions_history
    USING gist (contributor, tstzrange(recorded_from, recorded_until));
CREATE INDEX IF NOT EXISTS tour_missions_history_by_tour ON tour_missions_history (tour);
DROP INDEX IF EXISTS events_by_effective;
CREATE INDEX IF NOT EXISTS events_by_day ON events (day, room, position);
CREATE INDEX IF NOT EXISTS events_of_state ON events (contributor, day, room, position) INCLUDE (recorded)
    WHERE contributor IS NOT NULL;

-- Where people are on a day: the stays that hold it.
DROP FUNCTION IF EXISTS tours_on(date);
DROP FUNCTION IF EXISTS stays_on(date);
CREATE OR REPLACE FUNCTION stays_on(as_of date)
RETURNS TABLE (
    tour text, mission text, since date, contributor text, line text, category text, rank text, headcount integer,
    person text, leaves_on date
) LANGUAGE sql STABLE AS $$
    SELECT stay.tour, stay.mission, stay.since, stay.contributor, stay.line, stay.category, stay.rank, stay.headcount,
           stay.person, stay.leaves_on
    FROM tour_missions AS stay WHERE days(stay.since, stay.until) @> as_of
$$;

CREATE OR REPLACE FUNCTION tours_on(as_of date)
RETURNS TABLE (tour text, stood text, mission text) LANGUAGE sql STABLE AS $$
    SELECT tours.id,
           CASE WHEN tours.cancelled_on <= as_of THEN 'cancelled'
                WHEN tours.departed_on <= as_of THEN 'departed'
                WHEN tours.arrived_on <= as_of THEN 'present'
                WHEN tours.arrives_on IS NOT NULL THEN 'scheduled'
                ELSE 'planned' END,
           coalesce(present.mission, tours.mission)
    FROM tours LEFT JOIN stays_on(as_of) AS present ON present.tour = tours.id
$$;
