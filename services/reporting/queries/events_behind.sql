-- Question 13: the events behind a number of people, in the order of each service's log, each with the `change` that it
-- made to the number of the day when it became known; the last running sum is the number. Of one tour; of one line, or of
-- a mandate (the act and everything on its lines); or of a strength: of every tour that was in the mission on the day
-- (also of one line or mandate there), or of every tour of the State, if no mission is named. Whoever left before the day
-- is not listed there, because an arrival and a departure cancel out.
-- Plans and corrections belong to a number whatever day they name: a correction of August changes the July it corrects.
WITH {include events_behind_tours}, {include events_behind_changes}, behind AS (
    SELECT service, position, day, type, listed.id AS tour
    FROM (SELECT id FROM tours_behind WHERE is_listed
          UNION
          SELECT tour FROM changes
          WHERE corrects AND (:mission::text IS NOT NULL OR coalesce(:line::text, :mandate::text) IS NULL)) AS listed
    JOIN events ON events.aggregate_id = listed.id AND events.service = 'deployments'
    UNION ALL
    SELECT service, position, day, type, NULL FROM events
    WHERE :line::text IS NOT NULL AND :mission::text IS NULL AND service = 'deployments'
      AND stream = 'line/' || :line::text
    UNION ALL
    SELECT service, position, day, type, NULL
    FROM (  -- not flattened (OFFSET 0): only so may a scoped reader's plan look the streams up in an index
        SELECT 'line/' || id AS stream FROM mandate_lines WHERE mandate_lines.mandate = :mandate::text OFFSET 0
    ) AS lines JOIN events ON events.service = 'deployments' AND events.stream = lines.stream
    WHERE :mission::text IS NULL
    UNION ALL
    SELECT service, position, day, type, NULL FROM events
    WHERE coalesce(:mandate::text, :line::text) IS NOT NULL AND :mission::text IS NULL AND service = 'approvals'
      AND stream = 'mandate/' || coalesce(:mandate::text, split_part(:line::text, '/', 1))
)
SELECT behind.service, behind.position, behind.tour, coalesce(changes.change, 0) AS change,
       (sum(coalesce(changes.change, 0)) OVER (ORDER BY behind.service, behind.position))::int AS running_sum,
       1 AS events
FROM behind LEFT JOIN changes ON behind.service = 'deployments' AND changes.position = behind.position
WHERE day <= :as_of::date OR type LIKE '%.TourPlanned' OR type LIKE '%.TourCorrected' OR changes.change IS NOT NULL
