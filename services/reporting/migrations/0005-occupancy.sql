-- depends: 0004-by-date
-- How many people were on each line at every instant until a day, against the limit: rows only for the days on which
-- something changes (arrivals, departures, transfers, terms, waivers), because between two such days nothing does.
-- `mission` is NULL for the line's own ceiling; each mission that ever had a sub-ceiling has rows of its own.
-- A limit is NULL where there is none, and 0 before the first terms of a line. Whose lines are asked about is given here
-- and not filtered afterwards, so that the ledgers of others are not swept; NULL is all.

CREATE OR REPLACE FUNCTION occupancy_until(as_of date, of_contributor text, of_mandate text, of_line text)
RETURNS TABLE (line text, mission text, day date, people integer, "limit" integer) LANGUAGE sql STABLE AS $$
    WITH asked AS (
        SELECT mandate_lines.id AS line FROM mandate_lines
        WHERE (of_contributor IS NULL OR mandate_lines.contributor = of_contributor)
          AND (of_mandate IS NULL OR mandate_lines.mandate = of_mandate)
          AND (of_line IS NULL OR mandate_lines.id = of_line)
    ), limited AS (
        SELECT asked.line, NULL::text AS mission FROM asked
        UNION ALL SELECT DISTINCT sub_ceilings.line, sub_ceilings.mission FROM asked JOIN sub_ceilings USING (line)
    ), stays AS (
        SELECT tours.line, stay.mission, stay.since, stay.until, tours.headcount
        FROM asked JOIN tours ON tours.line = asked.line JOIN tour_missions AS stay ON stay.tour = tours.id
        WHERE stay.since <= as_of AND (stay.until IS NULL OR stay.until > stay.since)
    ), changes AS (
        SELECT stays.line, stays.mission, stays.since AS day, headcount AS change FROM stays
        UNION ALL SELECT stays.line, stays.mission, stays.until, -headcount FROM stays WHERE stays.until <= as_of
    ), points AS (
        SELECT limited.line, limited.mission, changes.day, changes.change
        FROM limited JOIN changes
          ON changes.line = limited.line AND (limited.mission IS NULL OR changes.mission = limited.mission)
        UNION ALL
        SELECT limited.line, limited.mission, line_terms.since, 0
        FROM limited JOIN line_terms ON line_terms.line = limited.line WHERE line_terms.since <= as_of
        UNION ALL
        SELECT limited.line, limited.mission, turn.day, 0
        FROM limited JOIN waivers ON waivers.line = limited.line
         AND waivers.mission IS NOT DISTINCT FROM limited.mission
        CROSS JOIN LATERAL (VALUES (waivers.valid_from), (waivers.valid_until)) AS turn (day) WHERE turn.day <= as_of
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
