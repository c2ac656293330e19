-- How many people there were from each change until the next, since a day, against the ceilings of the lines that cover
-- them: those of all missions, or of one. A ceiling counts from the day on which its terms hold, and while a mission of
-- it is not closed; of one mission, its own ceiling, or else that of the line, which it shares with others and may use
-- whole. Waivers are added. The ceiling is NULL where none held.
WITH {include strength_ceilings}, changes AS (
    SELECT day, 0 AS people, ceiling - lag(ceiling, 1, 0) OVER each AS ceiling, held - lag(held, 1, 0) OVER each AS held
    FROM (SELECT line, day, coalesce(ceiling, 0) AS ceiling, (ceiling IS NOT NULL)::int AS held FROM allowed) AS known
    WINDOW each AS (PARTITION BY line ORDER BY day)
    UNION ALL
    SELECT turn.day, turn.people, 0, 0
    FROM stays_between(:since::date, :as_of::date) AS stay
    CROSS JOIN LATERAL (
        VALUES (greatest(stay.valid_from, :since::date), stay.headcount), (stay.valid_to, -stay.headcount)
    ) AS turn (day, people)
    WHERE turn.day <= :as_of::date
      AND {contributor? stay.contributor = :contributor::text}
      AND {mission? stay.mission = :mission::text}
      AND {mandate? split_part(stay.line, '/', 1) = :mandate::text}
), summed AS (
    SELECT day, (sum(sum(people)) OVER by_day)::int AS people,
           CASE WHEN sum(sum(held)) OVER by_day > 0 THEN (sum(sum(ceiling)) OVER by_day)::int END AS ceiling
    FROM changes GROUP BY day WINDOW by_day AS (ORDER BY day)
), stepped AS (
    SELECT *, (people, ceiling) IS DISTINCT FROM (lag(people, 1, 0) OVER by_day, lag(ceiling) OVER by_day) AS turned
    FROM summed WINDOW by_day AS (ORDER BY day)
)
SELECT day AS valid_from, lead(day) OVER (ORDER BY day) AS valid_to, people, ceiling FROM stepped WHERE turned ORDER BY day
