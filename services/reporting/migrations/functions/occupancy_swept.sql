-- How many people were on each line, and against which limit, swept from the stays: rows only for the days on which
-- something changes (arrivals, departures, transfers, terms, waivers), because between two such days nothing does; from
-- the day `begins` on (-infinity: from the first), where there is a row for who is there already. `mission` is NULL for
-- the line's own ceiling; each mission that ever had a sub-ceiling has rows of its own. A limit is NULL where there is
-- none, and 0 before the first terms of a line. The caller names the lines and their contributors, so that no other
-- ledger is swept. A limit holds for a period, so it is looked up once for each of the few
-- periods of a line and not for each of its many change points.
CREATE OR REPLACE FUNCTION occupancy_swept(as_of date, of_lines text[], of_contributors text[], begins date)
RETURNS TABLE (line text, mission text, valid_from date, valid_to date, people integer, "limit" integer)
LANGUAGE sql STABLE AS $$
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
        SELECT line_terms.line, line_terms.version, line_terms.ceiling, line_terms.since AS valid_from,
               lead(line_terms.since, 1, 'infinity')
                   OVER (PARTITION BY line_terms.line ORDER BY line_terms.since, version) AS valid_to
        FROM line_terms WHERE line_terms.line = ANY (of_lines)
    ), limits AS MATERIALIZED (
        SELECT limited.nr, terms.valid_from, terms.valid_to,
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
            VALUES (greatest(stay.valid_from, begins), stay.headcount), (stay.valid_to, -stay.headcount)
        ) AS turn (day, change)
        WHERE turn.day <= as_of
        UNION ALL
        SELECT limits.nr, greatest(limits.valid_from, begins), 0 FROM limits WHERE limits.valid_from <= as_of
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
           CASE WHEN limits.valid_from IS NULL THEN 0 ELSE limits.ceiling + CASE WHEN limited.may_be_waived THEN (
                    SELECT coalesce(sum(waivers.extra), 0)::int FROM waivers
                    WHERE waivers.line = limited.line AND waivers.mission IS NOT DISTINCT FROM limited.mission
                      AND waivers.valid_from <= swept.day AND waivers.valid_until > swept.day
                ) ELSE 0 END END
    FROM swept JOIN limited ON limited.nr = swept.nr
    LEFT JOIN limits ON limits.nr = swept.nr AND swept.day >= limits.valid_from AND swept.day < limits.valid_to
$$;
