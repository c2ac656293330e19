-- depends: 0013-stays
-- How many people were on each line at every change point, with the limit that held then and the next change point:
-- kept as steps, so that what is asked of a year is read and not swept. The sweep stays: it answers as known on another
-- day, and the steps are held to it by a test (tests/integration/test_occupancy_steps.py).

-- As in 0009-one-state.sql, from the stays alone: what was counted stands with them. A limit holds for a period, so it
-- is looked up once for each of the few periods of a line and not for each of its many change points.
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
        JOIN tour_missions AS stay ON stay.contributor = whose.contributor
        JOIN limited
          ON limited.line = stay.line AND (limited.mission IS NULL OR stay.mission = limited.mission)
        CROSS JOIN LATERAL (
            VALUES (greatest(stay.since, begins), stay.headcount), (stay.until, -stay.headcount)
        ) AS turn (day, change)
        WHERE days(stay.since, stay.until) && daterange(least(begins, as_of), as_of, '[]') AND turn.day <= as_of
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

-- The steps: `mission` is empty for the line's own ceiling, `until` is infinity for the last one.
CREATE TABLE IF NOT EXISTS line_occupancy (
    line    text    NOT NULL,
    mission text    NOT NULL,
    day     date    NOT NULL,
    until   date    NOT NULL,
    people  integer NOT NULL,
    "limit" integer,
    PRIMARY KEY (line, mission, day)
) WITH (fillfactor = 80);
CREATE INDEX IF NOT EXISTS line_occupancy_until ON line_occupancy (line, until) INCLUDE (mission, day, people, "limit");
CREATE INDEX IF NOT EXISTS tour_missions_begun ON tour_missions (line, since);
CREATE INDEX IF NOT EXISTS tour_missions_ended ON tour_missions (line, until) WHERE until IS NOT NULL;

-- Set the steps of some lines from a day of each on, from the people of the step before it and from what changes since.
-- Planned once, for few rows of each line: Postgres cannot know that there are few, whatever the arrays hold.
CREATE OR REPLACE FUNCTION renew_occupancy(of_lines text[], from_days date[]) RETURNS void LANGUAGE sql
SET plan_cache_mode = force_generic_plan SET random_page_cost = 1.1 AS $$
    DELETE FROM line_occupancy USING unnest(of_lines, from_days) AS asked (line, begins)
    WHERE line_occupancy.line = asked.line AND line_occupancy.day >= asked.begins;

    WITH limited AS MATERIALIZED (
        SELECT row_number() OVER () AS nr, asked.line, asked.begins, own.mission, coalesce(kept.people, 0) AS people
        FROM unnest(of_lines, from_days) AS asked (line, begins) CROSS JOIN LATERAL (
            SELECT NULL::text UNION ALL
            SELECT DISTINCT sub_ceilings.mission FROM sub_ceilings WHERE sub_ceilings.line = asked.line
        ) AS own (mission)
        LEFT JOIN LATERAL (
            SELECT step.people FROM line_occupancy AS step
            WHERE step.line = asked.line AND step.mission = coalesce(own.mission, '') ORDER BY step.day DESC LIMIT 1
        ) AS kept ON true
    ), terms AS (
        SELECT line_terms.line, line_terms.version, line_terms.ceiling, line_terms.since,
               lead(line_terms.since, 1, 'infinity')
                   OVER (PARTITION BY line_terms.line ORDER BY line_terms.since, version) AS until
        FROM line_terms WHERE line_terms.line = ANY (of_lines)
    ), limits AS MATERIALIZED (
        SELECT limited.nr, limited.begins, terms.since, terms.until,
               CASE WHEN limited.mission IS NULL THEN terms.ceiling ELSE sub.ceiling END AS ceiling
        FROM limited JOIN terms ON terms.line = limited.line
        LEFT JOIN sub_ceilings AS sub
          ON sub.line = terms.line AND sub.version = terms.version AND sub.mission = limited.mission
    ), points AS (
        SELECT limited.nr, stay.since AS day, stay.headcount AS change
        FROM limited JOIN tour_missions AS stay
          ON stay.line = limited.line AND (limited.mission IS NULL OR stay.mission = limited.mission)
         AND stay.since >= limited.begins AND (stay.until IS NULL OR stay.until > stay.since)
        UNION ALL
        SELECT limited.nr, stay.until, -stay.headcount
        FROM limited JOIN tour_missions AS stay
          ON stay.line = limited.line AND (limited.mission IS NULL OR stay.mission = limited.mission)
         AND stay.until >= limited.begins AND stay.until > stay.since
        UNION ALL
        SELECT limits.nr, limits.since, 0 FROM limits WHERE limits.since >= limits.begins
        UNION ALL
        SELECT limited.nr, turn.day, 0
        FROM limited JOIN waivers
          ON waivers.line = limited.line AND waivers.mission IS NOT DISTINCT FROM limited.mission
        CROSS JOIN LATERAL (VALUES (waivers.valid_from), (waivers.valid_until)) AS turn (day)
        WHERE turn.day >= limited.begins
    ), changes AS (
        SELECT points.nr, points.day, sum(points.change) AS change FROM points GROUP BY points.nr, points.day
    )
    INSERT INTO line_occupancy (line, mission, day, until, people, "limit")
    SELECT limited.line, coalesce(limited.mission, ''), changes.day, lead(changes.day, 1, 'infinity') OVER each,
           (limited.people + sum(changes.change) OVER each)::int,
           CASE WHEN limits.since IS NULL THEN 0 ELSE limits.ceiling + (
               SELECT coalesce(sum(waivers.extra), 0)::int FROM waivers
               WHERE waivers.line = limited.line AND waivers.mission IS NOT DISTINCT FROM limited.mission
                 AND waivers.valid_from <= changes.day AND waivers.valid_until > changes.day
           ) END
    FROM changes JOIN limited ON limited.nr = changes.nr
    LEFT JOIN limits ON limits.nr = changes.nr AND changes.day >= limits.since AND changes.day < limits.until
    WINDOW each AS (PARTITION BY changes.nr ORDER BY changes.day);

    UPDATE line_occupancy AS kept SET until = coalesce((
        SELECT min(step.day) FROM line_occupancy AS step
        WHERE step.line = kept.line AND step.mission = kept.mission AND step.day >= asked.begins), 'infinity')
    FROM unnest(of_lines, from_days) AS asked (line, begins)
    WHERE kept.line = asked.line AND kept.until >= asked.begins AND kept.day < asked.begins;
$$;

-- From the day `begins` on (-infinity: from the first) until a day: by the steps; as known at an instant, by the sweep.
DROP FUNCTION IF EXISTS occupancy_between(date, text[], text[], date);
CREATE FUNCTION occupancy_between(as_of date, of_lines text[], of_contributors text[], begins date)
RETURNS TABLE (line text, mission text, day date, until date, people integer, "limit" integer) LANGUAGE sql STABLE AS $$
    SELECT step.line, nullif(step.mission, ''), greatest(step.day, begins),
           CASE WHEN step.until <= as_of THEN step.until END, step.people, step."limit"
    FROM line_occupancy AS step
    WHERE step.line = ANY (of_lines) AND step.until > begins AND step.day <= as_of
$$;
DO $$
BEGIN
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION'
        ' %1$I.occupancy_between(as_of date, of_lines text[], of_contributors text[], begins date) RETURNS '
        'TABLE (line text, mission text, day date, until date, people integer, "limit" integer)'
        ' LANGUAGE sql STABLE AS ''SELECT * FROM occupancy_swept(as_of, of_lines, of_contributors, begins)''',
        current_schema() || '_known');
END $$;

-- The day from which a tour is over, by its departure or because it was cancelled.
CREATE OR REPLACE FUNCTION over_on(departed_on date, cancelled_on date)
RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(coalesce(departed_on, 'infinity'), coalesce(cancelled_on, 'infinity'))
$$;

-- Who else is in a post or comes into it is found without those who were there in the past, and the moves of a State's
-- tours in the order in which they are told.
DROP INDEX IF EXISTS tours_by_post;
CREATE INDEX IF NOT EXISTS tours_in_post ON tours (post, over_on(departed_on, cancelled_on)) WHERE post IS NOT NULL;
DROP INDEX IF EXISTS tours_history_by_post;
CREATE INDEX IF NOT EXISTS tours_history_in_post ON tours_history (post, over_on(departed_on, cancelled_on))
    WHERE post IS NOT NULL;
DROP INDEX IF EXISTS date_changes_of_state;
CREATE INDEX IF NOT EXISTS date_changes_in_order ON tour_date_changes (contributor, decided_on, tour, version);
