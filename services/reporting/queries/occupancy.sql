-- Question 12 in detail: the line's people from each change point until the next, against the limit that held then.
SELECT lines.contributor, lines.mandate, lines.id AS line, swept.mission, swept.day, swept.until, swept.people,
       swept."limit", swept."limit" - swept.people AS room, 1 AS change_points,
       (swept.people > swept."limit" IS TRUE)::int AS breaches
FROM (SELECT *, lead(day) OVER (PARTITION BY line, mission ORDER BY day) AS until
      FROM occupancy_until(:as_of::date, :contributor::text, :mandate::text, :line::text)) AS swept
JOIN mandate_lines AS lines ON lines.id = swept.line
WHERE (:over::boolean IS NULL OR (swept.people > swept."limit" IS TRUE) = :over::boolean)
