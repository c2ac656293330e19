-- Question 12: that the ceiling held at every instant (from `since` on). Nothing changes between two change points, so
-- looking at each of them is looking at every instant. A breach is a period in which people were above the limit,
-- `from..to` with the first day after it (open where it still lasts); an amendment that lowers a ceiling below
-- those who are there makes one too.
WITH chosen AS MATERIALIZED (
    SELECT id, mandate, contributor FROM mandate_lines
    WHERE {contributor? contributor = :contributor::text}
      AND {mandate? mandate = :mandate::text}
      AND {line? id = :line::text}
), swept AS MATERIALIZED (
    SELECT *, people > "limit" IS TRUE AS over
    FROM occupancy_between(:as_of::date, ARRAY(SELECT id FROM chosen), ARRAY(SELECT DISTINCT contributor FROM chosen),
                           coalesce(:since::date, '-infinity'))
), held AS (  -- the fullest day: with the most people, and of several the first
    SELECT line, mission, count(*)::int AS change_points, min(valid_from) AS first_change, max(valid_from) AS last_change,
           max(ARRAY[people, date '1900-01-01' - valid_from, "limit"]) AS fullest,
           (count(*) FILTER (WHERE over))::int AS breaches
    FROM swept GROUP BY line, mission
), breached AS (
    SELECT line, mission, array_agg(
               valid_from || '..' || coalesce(valid_to::text, '') || ': ' || people || ' > ' || "limit" ORDER BY valid_from) AS periods
    FROM swept WHERE over GROUP BY line, mission
)
SELECT chosen.contributor, chosen.mandate, held.line, held.mission, held.change_points, held.first_change,
       held.last_change, held.fullest[1] AS most_people, date '1900-01-01' - held.fullest[2] AS most_on,
       held.fullest[3] AS most_limit, held.breaches, coalesce(breached.periods, '{}') AS breach_periods,
       held.breaches = 0 AS held,
       EXISTS (SELECT FROM parked WHERE (service, stream) IN (('approvals', 'mandate/' || chosen.mandate),
                                                           ('deployments', 'line/' || chosen.id))) AS incomplete
FROM held JOIN chosen ON chosen.id = held.line
LEFT JOIN breached ON breached.line = held.line AND breached.mission IS NOT DISTINCT FROM held.mission
