-- depends: 0007-history
-- What one State's questions cost does not grow with the history: what was so on a day, and what was known at an instant,
-- is found by an index over periods. Only the tables that grow with the years have one.

-- A period that can be indexed, also where a correction has left its end before its begin: that one holds no day.
CREATE OR REPLACE FUNCTION days(since date, until date) RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN until < since THEN 'empty'::daterange ELSE daterange(since, until) END
$$;

CREATE INDEX IF NOT EXISTS tour_missions_on ON tour_missions USING gist (contributor, days(since, until));
CREATE INDEX IF NOT EXISTS tour_missions_known ON tour_missions_history
    USING gist (contributor, tstzrange(recorded_from, recorded_until));
CREATE INDEX IF NOT EXISTS tour_missions_history_by_tour ON tour_missions_history (tour);
CREATE INDEX IF NOT EXISTS tours_known ON tours_history USING gist (contributor, tstzrange(recorded_from, recorded_until));
CREATE INDEX IF NOT EXISTS tours_history_by_id ON tours_history (id);
CREATE INDEX IF NOT EXISTS tours_history_by_line ON tours_history (line);
CREATE INDEX IF NOT EXISTS tours_history_by_post ON tours_history (post) WHERE post IS NOT NULL;
CREATE INDEX IF NOT EXISTS tours_history_by_vacancy ON tours_history (vacancy) WHERE vacancy IS NOT NULL;
CREATE INDEX IF NOT EXISTS consents_history_by_tour ON consents_history (tour);

CREATE INDEX IF NOT EXISTS tours_not_begun ON tours (contributor) WHERE arrived_on IS NULL AND cancelled_on IS NULL;
CREATE INDEX IF NOT EXISTS tours_by_arrival ON tours (contributor, arrived_on) WHERE arrived_on IS NOT NULL;
CREATE INDEX IF NOT EXISTS tours_by_cancelling ON tours (contributor, cancelled_on) WHERE cancelled_on IS NOT NULL;
CREATE INDEX IF NOT EXISTS tours_by_vacancy ON tours (vacancy) WHERE vacancy IS NOT NULL;
CREATE INDEX IF NOT EXISTS tours_by_post ON tours (post) WHERE post IS NOT NULL;
CREATE INDEX IF NOT EXISTS date_changes_of_state ON tour_date_changes (contributor, decided_on);
CREATE INDEX IF NOT EXISTS mandate_lines_of_state ON mandate_lines (contributor);
CREATE INDEX IF NOT EXISTS mandates_of_state ON mandates (contributor);
CREATE INDEX IF NOT EXISTS events_by_owner ON events (owner) WHERE owner IS NOT NULL;
DROP INDEX IF EXISTS tour_missions_open;
DROP INDEX IF EXISTS tour_missions_ended;

-- Where people are on a day: the stays that hold it.
DROP FUNCTION IF EXISTS present_on(date);
DROP FUNCTION IF EXISTS stays_on(date);  -- later migrations make it, and the one below, with other columns
CREATE OR REPLACE FUNCTION stays_on(as_of date)
RETURNS TABLE (tour text, mission text, since date, contributor text) LANGUAGE sql STABLE AS $$
    SELECT stay.tour, stay.mission, stay.since, stay.contributor
    FROM tour_missions AS stay WHERE days(stay.since, stay.until) @> as_of
$$;

-- Tours that are still to come on a day: neither arrived nor cancelled by then.
CREATE OR REPLACE FUNCTION to_come_on(as_of date) RETURNS SETOF tours LANGUAGE sql STABLE AS $$
    SELECT * FROM tours WHERE arrived_on IS NULL AND cancelled_on IS NULL
    UNION ALL
    SELECT * FROM tours WHERE arrived_on > as_of AND (cancelled_on IS NULL OR cancelled_on > as_of)
    UNION ALL
    SELECT * FROM tours WHERE arrived_on IS NULL AND cancelled_on > as_of
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

-- The terms of one line on a day, as terms_on has them of all.
CREATE OR REPLACE FUNCTION terms_of(of_line text, as_of date) RETURNS SETOF line_terms LANGUAGE sql STABLE AS $$
    SELECT line_terms.* FROM line_terms WHERE line = of_line
    ORDER BY (line_terms.since <= as_of) DESC,
             CASE WHEN line_terms.since <= as_of THEN line_terms.since END DESC,
             CASE WHEN line_terms.since > as_of THEN line_terms.since END,
             version DESC
    LIMIT 1
$$;

-- As in 0005-occupancy.sql, from the day `begins` on (-infinity: from the first), where there is a row for who is there
-- already. Whose lines are asked about is told by naming them and their contributors, so that no other ledger is swept.
DROP FUNCTION IF EXISTS occupancy_until(date, text, text, text);
DROP FUNCTION IF EXISTS occupancy_between(date, text[], text[], date);
CREATE OR REPLACE FUNCTION occupancy_between(as_of date, of_lines text[], of_contributors text[], begins date)
RETURNS TABLE (line text, mission text, day date, people integer, "limit" integer) LANGUAGE sql STABLE AS $$
    WITH asked AS (
        SELECT unnest(of_lines) AS line
    ), limited AS (
        SELECT asked.line, NULL::text AS mission FROM asked
        UNION ALL SELECT DISTINCT sub_ceilings.line, sub_ceilings.mission FROM asked JOIN sub_ceilings USING (line)
    ), stays AS (
        SELECT tours.line, stay.mission, stay.since, stay.until, tours.headcount
        FROM tour_missions AS stay JOIN tours ON tours.id = stay.tour
        WHERE stay.contributor = ANY (of_contributors) AND days(stay.since, stay.until) && daterange(least(begins, as_of), as_of, '[]')
          AND tours.line = ANY (of_lines)
    ), changes AS (
        SELECT stays.line, stays.mission, greatest(stays.since, begins) AS day, headcount AS change FROM stays
        UNION ALL SELECT stays.line, stays.mission, stays.until, -headcount FROM stays WHERE stays.until <= as_of
    ), points AS (
        SELECT limited.line, limited.mission, changes.day, changes.change
        FROM limited JOIN changes
          ON changes.line = limited.line AND (limited.mission IS NULL OR changes.mission = limited.mission)
        UNION ALL
        SELECT limited.line, limited.mission, greatest(line_terms.since, begins), 0
        FROM limited JOIN line_terms ON line_terms.line = limited.line WHERE line_terms.since <= as_of
        UNION ALL
        SELECT limited.line, limited.mission, turn.day, 0
        FROM limited JOIN waivers ON waivers.line = limited.line
         AND waivers.mission IS NOT DISTINCT FROM limited.mission
        CROSS JOIN LATERAL (VALUES (waivers.valid_from), (waivers.valid_until)) AS turn (day)
        WHERE turn.day BETWEEN begins AND as_of
    ), swept AS (
        SELECT points.line, points.mission, points.day,
               (sum(sum(points.change)) OVER (PARTITION BY points.line, points.mission ORDER BY points.day))::int
                   AS people
        FROM points GROUP BY points.line, points.mission, points.day
    )
    SELECT swept.line, swept.mission, swept.day, swept.people,
           CASE WHEN terms.version IS NULL THEN 0
                WHEN swept.mission IS NULL THEN terms.ceiling + waived.extra
                ELSE sub.ceiling + waived.extra END
    FROM swept
    LEFT JOIN LATERAL (
        SELECT * FROM line_terms WHERE line_terms.line = swept.line AND line_terms.since <= swept.day
        ORDER BY line_terms.since DESC, line_terms.version DESC LIMIT 1
    ) AS terms ON true
    LEFT JOIN sub_ceilings AS sub
      ON sub.line = terms.line AND sub.version = terms.version AND sub.mission = swept.mission
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(waivers.extra), 0)::int AS extra FROM waivers
        WHERE waivers.line = swept.line AND waivers.mission IS NOT DISTINCT FROM swept.mission
          AND waivers.valid_from <= swept.day AND waivers.valid_until > swept.day
    ) AS waived
$$;
