-- Question 12 in detail: the line's people from each change point until the next, against the limit that held then.
WITH chosen AS MATERIALIZED (
    SELECT id, mandate, contributor FROM mandate_lines
    WHERE {contributor? contributor = :contributor::text}
      AND {mandate? mandate = :mandate::text}
      AND {line? id = :line::text}
)
SELECT chosen.contributor, chosen.mandate, chosen.id AS line, swept.mission, swept.valid_from, swept.valid_to, swept.people,
       swept."limit", swept."limit" - swept.people AS headroom, 1 AS change_points,
       (swept.people > swept."limit" IS TRUE)::int AS breaches
FROM occupancy_between(:as_of::date, ARRAY(SELECT id FROM chosen), ARRAY(SELECT DISTINCT contributor FROM chosen),
                       coalesce(:since::date, '-infinity')) AS swept
JOIN chosen ON chosen.id = swept.line
WHERE {over? (swept.people > swept."limit" IS TRUE) = :over::boolean}
