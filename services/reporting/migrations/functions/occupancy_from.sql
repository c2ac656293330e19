-- The steps of some lines from a day of each on: from the people of the newest step that is kept of it, which is the one
-- before that day (renew_occupancy takes away those behind it), and from what changes since.
CREATE OR REPLACE FUNCTION occupancy_from(of_lines text[], from_days date[])
RETURNS TABLE (line text, mission text, valid_from date, valid_to date, people integer, "limit" integer)
LANGUAGE sql STABLE AS $$
    WITH limited AS MATERIALIZED (
        SELECT row_number() OVER () AS nr, asked.line, asked.begins, own.mission, coalesce(kept.people, 0) AS people
        FROM unnest(of_lines, from_days) AS asked (line, begins) CROSS JOIN LATERAL (
            SELECT NULL::text UNION ALL
            SELECT DISTINCT sub_ceilings.mission FROM sub_ceilings WHERE sub_ceilings.line = asked.line
        ) AS own (mission)
        LEFT JOIN LATERAL (
            SELECT step.people FROM line_occupancy AS step
            WHERE step.line = asked.line AND step.mission = coalesce(own.mission, '') ORDER BY step.valid_from DESC LIMIT 1
        ) AS kept ON true
    ), terms AS (
        SELECT line_terms.line, line_terms.version, line_terms.ceiling, line_terms.since AS valid_from,
               lead(line_terms.since, 1, 'infinity')
                   OVER (PARTITION BY line_terms.line ORDER BY line_terms.since, version) AS valid_to
        FROM line_terms WHERE line_terms.line = ANY (of_lines)
    ), limits AS MATERIALIZED (
        SELECT limited.nr, limited.begins, terms.valid_from, terms.valid_to,
               CASE WHEN limited.mission IS NULL THEN terms.ceiling ELSE sub.ceiling END AS ceiling
        FROM limited JOIN terms ON terms.line = limited.line
        LEFT JOIN sub_ceilings AS sub
          ON sub.line = terms.line AND sub.version = terms.version AND sub.mission = limited.mission
    ), points AS (
        SELECT limited.nr, stay.valid_from AS day, stay.headcount AS change
        FROM limited JOIN stays AS stay
          ON stay.line = limited.line AND (limited.mission IS NULL OR stay.mission = limited.mission)
         AND stay.valid_from >= limited.begins AND (stay.valid_to IS NULL OR stay.valid_to > stay.valid_from)
        UNION ALL
        SELECT limited.nr, stay.valid_to, -stay.headcount
        FROM limited JOIN stays AS stay
          ON stay.line = limited.line AND (limited.mission IS NULL OR stay.mission = limited.mission)
         AND stay.valid_to >= limited.begins AND stay.valid_to > stay.valid_from
        UNION ALL
        SELECT limits.nr, limits.valid_from, 0 FROM limits WHERE limits.valid_from >= limits.begins
        UNION ALL
        SELECT limited.nr, turn.day, 0
        FROM limited JOIN waivers
          ON waivers.line = limited.line AND waivers.mission IS NOT DISTINCT FROM limited.mission
        CROSS JOIN LATERAL (VALUES (waivers.valid_from), (waivers.valid_until)) AS turn (day)
        WHERE turn.day >= limited.begins
    ), changes AS (
        SELECT points.nr, points.day, sum(points.change) AS change FROM points GROUP BY points.nr, points.day
    )
    SELECT limited.line, coalesce(limited.mission, ''), changes.day, lead(changes.day, 1, 'infinity') OVER each,
           (limited.people + sum(changes.change) OVER each)::int,
           CASE WHEN limits.valid_from IS NULL THEN 0 ELSE limits.ceiling + (
               SELECT coalesce(sum(waivers.extra), 0)::int FROM waivers
               WHERE waivers.line = limited.line AND waivers.mission IS NOT DISTINCT FROM limited.mission
                 AND waivers.valid_from <= changes.day AND waivers.valid_until > changes.day
           ) END
    FROM changes JOIN limited ON limited.nr = changes.nr
    LEFT JOIN limits ON limits.nr = changes.nr AND changes.day >= limits.valid_from AND changes.day < limits.valid_to
    WINDOW each AS (PARTITION BY changes.nr ORDER BY changes.day)
$$;
