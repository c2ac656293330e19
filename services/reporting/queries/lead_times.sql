-- Question 8: how long it takes from the vote to the arrival, and where the time goes. Of each tour that arrived by the
-- day; of each mandate and overall the median, the shortest (the first to arrive) and the longest. A step whose begin
-- or end is not on record is unknown and stays out of the median: `known` says how many of the tours it rests on.
-- The way of a rotation begins when its vacancy is reopened, and an application under another mandate is not part of
-- this one's way: otherwise the age of the mandate would be told as time lost.
WITH dates AS (
    SELECT tours.contributor, tours.mandate, tours.id AS tour,
           CASE WHEN rotation.opened IS NULL THEN mandates.decided_on END AS voted,
           CASE WHEN rotation.opened IS NULL THEN applications.submitted_on END AS applied,
           coalesce(rotation.opened, vacancies.announced_on) AS announced, named.nominated_on AS nominated,
           named.accepted_on AS accepted, tours.arrived_on AS arrived
    FROM tours
    LEFT JOIN mandates ON mandates.mandate = tours.mandate
    LEFT JOIN vacancies ON vacancies.vacancy = tours.vacancy
    LEFT JOIN applications
      ON applications.application = vacancies.application AND applications.mandate = tours.mandate
    LEFT JOIN nominations AS named ON named.id = tours.vacancy || '/' || tours.nomination
    LEFT JOIN LATERAL (
        SELECT max((data ->> 'reopened_on')::date) AS opened FROM events
        WHERE tours.vacancy IS NOT NULL AND room = 'vacancies' AND stream = 'vacancy/' || tours.vacancy AND type LIKE '%.VacancyReopened'
          AND (data ->> 'reopened_on')::date <= coalesce(named.nominated_on, tours.arrived_on)
    ) AS rotation ON true
    WHERE tours.arrived_on <= :as_of::date AND (:since::date IS NULL OR tours.arrived_on >= :since::date)
      AND (:contributor::text IS NULL OR tours.contributor = :contributor::text)
      AND (:missions::text[] IS NULL OR tours.mission = ANY (:missions::text[]))
      AND (:categories::text[] IS NULL OR tours.category = ANY (:categories::text[]))
      AND (:mandate::text IS NULL OR tours.mandate = :mandate::text)
), steps AS (
    SELECT dates.contributor, dates.mandate, dates.tour, step.*
    FROM dates CROSS JOIN LATERAL (
        VALUES (1, 'vote to application', applied - voted), (2, 'application to vacancy', announced - applied),
               (3, 'vacancy to nomination', nominated - announced),
               (4, 'nomination to acceptance', accepted - nominated),
               (5, 'acceptance to arrival', arrived - accepted), (6, 'vote to arrival', arrived - voted)
    ) AS step (step_number, step, days)
)
SELECT told.* FROM (
    SELECT CASE WHEN grouping(tour) = 0 THEN 'tour' WHEN grouping(mandate) = 0 THEN 'mandate' ELSE 'overall' END
               AS level,
           contributor, mandate, tour, step_number, step,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS days_median,
           min(days) AS days_min, max(days) AS days_max, count(days)::int AS known, count(*)::int AS tours
    FROM steps
    GROUP BY GROUPING SETS ((contributor, mandate, tour, step_number, step), (contributor, mandate, step_number, step),
                            (step_number, step))
) AS told
WHERE told.level = :level::text OR (:level::text IS NULL AND told.level <> 'tour')
