-- What is `expected` under each of the `ceilings`: how many are planned, and how many more at the fullest moment to come.
-- `moves` are who arrives and who leaves, day by day.
planned AS MATERIALIZED (
    SELECT line, mission, headcount, greatest(coalesce(arrives_on, planned_from), :as_of::date) AS first_day,
           coalesce(departs_on, planned_until) AS end_day
    FROM to_come_on(:as_of::date) AS to_come
    WHERE coalesce(departs_on, planned_until) > :as_of::date
      AND {contributor? to_come.contributor = :contributor::text}
), moves AS (  -- who leaves after the last arrival does not matter: from there on it is only emptier
    SELECT line, mission, headcount AS planned, first_day AS day,
           CASE WHEN end_day > first_day THEN headcount ELSE 0 END AS change FROM planned
    UNION ALL
    SELECT line, mission, 0, end_day, -headcount FROM planned WHERE end_day > first_day
    UNION ALL
    SELECT line, mission, 0, leaves_on, -headcount FROM stays_on(:as_of::date) AS there
    WHERE leaves_on > :as_of::date AND leaves_on <= (SELECT max(first_day) FROM planned)
      AND {contributor? there.contributor = :contributor::text}
), expected AS (
    SELECT nr, sum(planned)::int AS planned, greatest(max(more), 0)::int AS more
    FROM (SELECT ceilings.nr, moves.planned,
                 sum(moves.change) OVER (PARTITION BY ceilings.nr ORDER BY moves.day) AS more
          FROM ceilings JOIN moves
            ON moves.line = ceilings.line AND (ceilings.mission IS NULL OR moves.mission = ceilings.mission)) AS at
    GROUP BY nr
)
