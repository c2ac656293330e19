-- depends: 0016-open-stays
-- Who is expected to leave is found by the day, and how many are on a line by its last step: what room is left under a
-- ceiling costs no more when more people are there.
CREATE INDEX IF NOT EXISTS tour_missions_leaving ON tour_missions (contributor, leaves_on)
    INCLUDE (tour, mission, since, line, category, headcount, recorded_from)
    WHERE until IS NULL;

-- Stays that are over are read from their table: to fetch so many columns from an index over periods took twice as long,
-- and the index was eight times the size.
CREATE INDEX IF NOT EXISTS tour_missions_past ON tour_missions USING gist (contributor, days(since, until))
    WHERE until IS NOT NULL;
DROP INDEX IF EXISTS tour_missions_over;

-- How many were on each line on a day, in all (an empty mission) and in each mission that has a ceiling of its own: by
-- the steps; as known at an instant, by counting the stays.
CREATE OR REPLACE FUNCTION people_on(as_of date)
RETURNS TABLE (contributor text, line text, mission text, people integer) LANGUAGE sql STABLE AS $$
    SELECT lines.contributor, step.line, nullif(step.mission, ''), step.people
    FROM mandate_lines AS lines JOIN line_occupancy AS step ON step.line = lines.id
    WHERE step.until > as_of AND step.day <= as_of
$$;
DO $$
BEGIN
    EXECUTE format($make$
        CREATE OR REPLACE FUNCTION %1$I.people_on(as_of date)
        RETURNS TABLE (contributor text, line text, mission text, people integer) LANGUAGE sql STABLE AS $counted$
            SELECT stay.contributor, stay.line, own.mission, sum(stay.headcount)::int
            FROM stays_on(as_of) AS stay CROSS JOIN LATERAL (VALUES (NULL), (stay.mission)) AS own (mission)
            GROUP BY stay.contributor, stay.line, own.mission
        $counted$ $make$, current_schema() || '_known');
END $$;

-- A tour that is still to come on a day is found by one day: that on which it was settled, by its arrival or because it
-- was cancelled; infinity while neither has been.
CREATE OR REPLACE FUNCTION settled_on(arrived_on date, cancelled_on date)
RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(coalesce(arrived_on, 'infinity'), coalesce(cancelled_on, 'infinity'))
$$;
CREATE INDEX IF NOT EXISTS tours_to_come ON tours (contributor, settled_on(arrived_on, cancelled_on));
DROP INDEX IF EXISTS tours_not_begun;
DROP INDEX IF EXISTS tours_by_cancelling;

CREATE OR REPLACE FUNCTION to_come_on(as_of date) RETURNS SETOF tours LANGUAGE sql STABLE AS $$
    SELECT * FROM tours WHERE settled_on(arrived_on, cancelled_on) > as_of
$$;

-- As known at an instant, a State's mandates and their lines are found without those of all others.
CREATE INDEX IF NOT EXISTS mandates_history_of_state ON mandates_history (contributor);
CREATE INDEX IF NOT EXISTS mandate_lines_history_of_state ON mandate_lines_history (contributor);
CREATE INDEX IF NOT EXISTS mandate_lines_history_by_mandate ON mandate_lines_history (mandate);
