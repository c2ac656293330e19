-- What each mandate line allowed on the days on which that turned: `allowed`, NULL where it allowed nobody. Terms hold from
-- their first day until the next ones do, within those of the line; of the missions that they cover, one must be open.
lines AS MATERIALIZED (
    SELECT id, since, ends_on FROM mandate_lines
    WHERE {contributor? contributor = :contributor::text} AND {mandate? mandate = :mandate::text}
), terms AS MATERIALIZED (
    SELECT held.* FROM (
        SELECT of.line, of.version, of.missions, of.ceiling, greatest(lines.since, of.since, of.valid_from) AS begins,
               least(coalesce(lines.ends_on, 'infinity'), coalesce(of.valid_until, 'infinity'),
                     lead(of.since, 1, 'infinity') OVER (PARTITION BY of.line ORDER BY of.since, of.version)) AS ends
        FROM line_terms AS of JOIN lines ON lines.id = of.line
    ) AS held
    WHERE begins < ends AND begins <= :as_of::date AND ends > :since::date
      AND {mission? :mission::text = ANY (missions)}
), statuses AS MATERIALIZED (
    SELECT stood.mission, stood.since AS begins, stood.status = 'closed' AS closed,
           lead(stood.since, 1, 'infinity') OVER (PARTITION BY stood.mission ORDER BY stood.since, stood.version) AS ends
    FROM mission_statuses AS stood
), turns AS (
    SELECT DISTINCT turn.line, greatest(turn.day, :since::date) AS day FROM (
        SELECT line, begins AS day FROM terms UNION ALL SELECT line, ends FROM terms
        UNION ALL
        SELECT terms.line, statuses.begins FROM terms JOIN statuses ON statuses.mission = ANY (terms.missions)
        UNION ALL
        SELECT waivers.line, unnest(ARRAY[waivers.valid_from, waivers.valid_until]) FROM waivers
        WHERE waivers.line IN (SELECT line FROM terms)
    ) AS turn
    WHERE turn.day <= :as_of::date
), allowed AS (
    SELECT turns.line, turns.day, CASE WHEN of_mission.ceiling IS NULL THEN of.ceiling ELSE of_mission.ceiling END + (
               SELECT coalesce(sum(extra), 0) FROM waivers
               WHERE waivers.line = turns.line AND valid_from <= turns.day AND valid_until > turns.day
                 AND CASE WHEN of_mission.ceiling IS NULL THEN mission IS NULL ELSE mission = of_mission.mission END
           ) AS ceiling
    FROM turns LEFT JOIN terms AS of ON of.line = turns.line AND of.begins <= turns.day AND of.ends > turns.day
      AND EXISTS (
          SELECT FROM unnest(of.missions) AS covered (mission)
          WHERE {mission? covered.mission = :mission::text}
            AND NOT EXISTS (SELECT FROM statuses WHERE statuses.mission = covered.mission AND closed
                                AND statuses.begins <= turns.day AND statuses.ends > turns.day))
    LEFT JOIN sub_ceilings AS of_mission
      ON of_mission.line = of.line AND of_mission.version = of.version AND of_mission.mission = :own_ceiling::text
)
