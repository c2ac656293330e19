-- depends: 0015-barred-strangers
-- Most who are asked about are there still: stays without an end have an index of their own, in which those of a State
-- stand side by side, and only stays that are over need one over periods. A day long ago costs what today costs: whoever
-- came since stands behind it in the first index, and whoever left since is found by the second.
CREATE INDEX IF NOT EXISTS tour_missions_open ON tour_missions (contributor, since)
    INCLUDE (tour, nth, mission, line, category, rank, headcount, person, leaves_on, until, recorded_from)
    WHERE until IS NULL;
CREATE INDEX IF NOT EXISTS tour_missions_over ON tour_missions USING gist (contributor, days(since, until))
    INCLUDE (tour, nth, mission, since, until, line, category, rank, headcount, person, leaves_on, recorded_from)
    WHERE until IS NOT NULL;
DROP INDEX IF EXISTS tour_missions_on;

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

-- As in 0014-occupancy.sql, from there.
CREATE OR REPLACE FUNCTION occupancy_swept(as_of date, of_lines text[], of_contributors text[], begins date)
RETURNS TABLE (line text, mission text, day date, until date, people integer, "limit" integer) LANGUAGE sql STABLE AS $$
    WITH limited AS MATERIALIZED (  -- numbered, because to sort by a number costs a tenth of sorting by names
        SELECT row_number() OVER () AS nr, asked.line, own.mission, EXISTS (
                   SELECT FROM waivers
                   WHERE waivers.line = asked.line AND waivers.mission IS NOT DISTINCT FROM own.mission
               ) AS may_be_waived
        FROM unnest(of_lines) AS asked (line) CROSS JOIN LATERAL (
            SELECT NULL::text UNION ALL
            SELECT DISTINCT sub_ceilings.mission FROM sub_ceilings WHERE sub_ceilings.line = asked.line
        ) AS own (mission)
    ), terms AS (  -- of two that begin on one day, the newer one holds, and the older one on no day
        SELECT line_terms.line, line_terms.version, line_terms.ceiling, line_terms.since,
               lead(line_terms.since, 1, 'infinity')
                   OVER (PARTITION BY line_terms.line ORDER BY line_terms.since, version) AS until
        FROM line_terms WHERE line_terms.line = ANY (of_lines)
    ), limits AS MATERIALIZED (
        SELECT limited.nr, terms.since, terms.until,
               CASE WHEN limited.mission IS NULL THEN terms.ceiling ELSE sub.ceiling END AS ceiling
        FROM limited JOIN terms ON terms.line = limited.line
        LEFT JOIN sub_ceilings AS sub
          ON sub.line = terms.line AND sub.version = terms.version AND sub.mission = limited.mission
    ), points AS (
        SELECT limited.nr, turn.day, turn.change
        FROM unnest(of_contributors) AS whose (contributor)
        CROSS JOIN LATERAL (  -- not flattened (OFFSET 0): only so is an index asked for this State
            SELECT * FROM stays_between(least(begins, as_of), as_of) AS there
            WHERE there.contributor = whose.contributor OFFSET 0
        ) AS stay
        JOIN limited
          ON limited.line = stay.line AND (limited.mission IS NULL OR stay.mission = limited.mission)
        CROSS JOIN LATERAL (
            VALUES (greatest(stay.since, begins), stay.headcount), (stay.until, -stay.headcount)
        ) AS turn (day, change)
        WHERE turn.day <= as_of
        UNION ALL
        SELECT limits.nr, greatest(limits.since, begins), 0 FROM limits WHERE limits.since <= as_of
        UNION ALL
        SELECT limited.nr, turn.day, 0
        FROM limited JOIN waivers
          ON waivers.line = limited.line AND waivers.mission IS NOT DISTINCT FROM limited.mission
        CROSS JOIN LATERAL (VALUES (waivers.valid_from), (waivers.valid_until)) AS turn (day)
        WHERE limited.may_be_waived AND turn.day BETWEEN begins AND as_of
    ), swept AS (
        SELECT points.nr, points.day,
               (sum(sum(points.change)) OVER (PARTITION BY points.nr ORDER BY points.day))::int AS people
        FROM points GROUP BY points.nr, points.day
    )
    SELECT limited.line, limited.mission, swept.day,
           lead(swept.day) OVER (PARTITION BY swept.nr ORDER BY swept.day), swept.people,
           CASE WHEN limits.since IS NULL THEN 0 ELSE limits.ceiling + CASE WHEN limited.may_be_waived THEN (
                    SELECT coalesce(sum(waivers.extra), 0)::int FROM waivers
                    WHERE waivers.line = limited.line AND waivers.mission IS NOT DISTINCT FROM limited.mission
                      AND waivers.valid_from <= swept.day AND waivers.valid_until > swept.day
                ) ELSE 0 END END
    FROM swept JOIN limited ON limited.nr = swept.nr
    LEFT JOIN limits ON limits.nr = swept.nr AND swept.day >= limits.since AND swept.day < limits.until
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
