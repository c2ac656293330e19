-- Question 13: the events behind a number, in the order of each service's log: of one tour; of one line, or of a mandate
-- (the act and everything on its lines); or of a strength: of every tour that was in the mission on the day, or of every
-- tour of the State, if no mission is named.
-- Plans and corrections belong to a number whatever day they name: a correction of August changes the July it corrects.
WITH chosen_tours AS (
    SELECT :tour::text AS id
    UNION ALL
    SELECT present.tour
    FROM stays_on(:as_of::date) AS present
    WHERE :mission::text IS NOT NULL AND present.mission = :mission::text
      AND {category? present.category = :category::text}
      AND {contributor? present.contributor = :contributor::text}
    UNION ALL
    SELECT present.tour
    FROM stays_on(:as_of::date) AS present
    WHERE coalesce(:tour::text, :line::text, :mandate::text, :mission::text) IS NULL
      AND {category? present.category = :category::text}
      AND present.contributor = :contributor::text
), behind AS (
    SELECT service, position, day, type, chosen_tours.id AS tour
    FROM chosen_tours JOIN events ON events.aggregate_id = chosen_tours.id AND events.service = 'deployments'
    UNION ALL
    SELECT service, position, day, type, NULL FROM events
    WHERE :line::text IS NOT NULL AND service = 'deployments' AND stream = 'line/' || :line::text
    UNION ALL
    SELECT service, position, day, type, NULL
    FROM (  -- not flattened (OFFSET 0): only so may a scoped reader's plan look the streams up in an index
        SELECT 'line/' || id AS stream FROM mandate_lines WHERE mandate_lines.mandate = :mandate::text OFFSET 0
    ) AS lines JOIN events ON events.service = 'deployments' AND events.stream = lines.stream
    UNION ALL
    SELECT service, position, day, type, NULL FROM events
    WHERE coalesce(:mandate::text, :line::text) IS NOT NULL AND service = 'approvals'
      AND stream = 'mandate/' || coalesce(:mandate::text, split_part(:line::text, '/', 1))
)
SELECT service, position, tour, 1 AS events
FROM behind
WHERE day <= :as_of::date OR type LIKE '%.TourPlanned' OR type LIKE '%.TourCorrected'
