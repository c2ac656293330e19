-- Question 12: that the ceiling held at every instant (from `since` on). Nothing changes between two change points, so looking at each of
-- them is looking at every instant. A breach is a period in which people were above the limit, `from..until` with the
-- first day after it (open where it still lasts); an amendment that lowers a ceiling below who is there makes one too.
WITH asked AS MATERIALIZED (
    SELECT id, mandate, contributor FROM mandate_lines
    WHERE (:contributor::text IS NULL OR contributor = :contributor::text)
      AND (:mandate::text IS NULL OR mandate = :mandate::text)
      AND (:line::text IS NULL OR id = :line::text)
), swept AS (
    SELECT *, people > "limit" IS TRUE AS over,
           row_number() OVER (PARTITION BY line, mission ORDER BY people DESC, day) AS fullness,
           lead(day) OVER (PARTITION BY line, mission ORDER BY day) AS until
    FROM occupancy_between(:as_of::date, ARRAY(SELECT id FROM asked), ARRAY(SELECT DISTINCT contributor FROM asked),
                           coalesce(:since::date, '-infinity'))
)
SELECT asked.contributor, asked.mandate, asked.id AS line, swept.mission, count(*)::int AS change_points,
       min(day) AS first_change, max(day) AS last_change,
       max(people) AS most_people, max(day) FILTER (WHERE fullness = 1) AS most_on,
       max("limit") FILTER (WHERE fullness = 1) AS most_limit,
       (count(*) FILTER (WHERE over))::int AS breaches,
       coalesce(array_agg(day || '..' || coalesce(until::text, '') || ': ' || people || ' > ' || "limit" ORDER BY day)
                FILTER (WHERE over), '{}') AS breach_periods,
       NOT bool_or(over) AS held,
       EXISTS (SELECT FROM parked WHERE (room, stream) IN (('approvals', 'mandate/' || asked.mandate),
                                                           ('deployments', 'line/' || asked.id))) AS incomplete
FROM swept JOIN asked ON asked.id = swept.line
GROUP BY asked.contributor, asked.mandate, asked.id, swept.mission
