-- Question 8: how long it takes from the vote to the arrival, and where the time goes. Of each tour that arrived by the
-- day; of each mandate and overall the median, the shortest (the first to arrive) and the longest. A step whose begin
-- or end is not on record is unknown and stays out of the median: `known` says how many of the tours it rests on.
-- The way of a rotation begins when its vacancy is reopened, and an application under another mandate is not part of
-- this one's way: otherwise the age of the mandate would be reported as time lost.
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
    LEFT JOIN nominations AS named ON named.vacancy = tours.vacancy AND named.nomination = tours.nomination
    LEFT JOIN LATERAL (
        SELECT max((data ->> 'reopened_on')::date) AS opened FROM events
        WHERE tours.vacancy IS NOT NULL AND service = 'vacancies' AND stream = 'vacancy/' || tours.vacancy
          AND type LIKE '%.VacancyReopened'
          AND (data ->> 'reopened_on')::date <= coalesce(named.nominated_on, tours.arrived_on)
    ) AS rotation ON true
    WHERE tours.arrived_on <= :as_of::date AND {since? tours.arrived_on >= :since::date}
      AND {contributor? tours.contributor = :contributor::text}
      AND {missions? tours.mission = ANY (:missions::text[])}
      AND {categories? tours.category = ANY (:categories::text[])}
      AND {mandate? tours.mandate = :mandate::text}
), ways AS MATERIALIZED (
    SELECT contributor, mandate, tour, applied - voted AS s1, announced - applied AS s2, nominated - announced AS s3,
           accepted - nominated AS s4, arrived - accepted AS s5, arrived - voted AS s6
    FROM dates
), measured AS (  -- a tour's own steps only where they are asked for, because there are many
    SELECT 'tour' AS level, contributor, mandate, tour, 1 AS tours,
           ARRAY[s1, s2, s3, s4, s5, s6]::float8[] AS medians, ARRAY[s1, s2, s3, s4, s5, s6] AS least,
           ARRAY[s1, s2, s3, s4, s5, s6] AS most,
           ARRAY[num_nonnulls(s1), num_nonnulls(s2), num_nonnulls(s3), num_nonnulls(s4), num_nonnulls(s5),
                 num_nonnulls(s6)] AS known
    FROM ways WHERE :level::text = 'tour'
    UNION ALL
    SELECT CASE WHEN grouping(mandate) = 0 THEN 'mandate' ELSE 'overall' END, contributor, mandate, NULL, count(*)::int,
           ARRAY[percentile_cont(0.5) WITHIN GROUP (ORDER BY s1), percentile_cont(0.5) WITHIN GROUP (ORDER BY s2),
                 percentile_cont(0.5) WITHIN GROUP (ORDER BY s3), percentile_cont(0.5) WITHIN GROUP (ORDER BY s4),
                 percentile_cont(0.5) WITHIN GROUP (ORDER BY s5), percentile_cont(0.5) WITHIN GROUP (ORDER BY s6)],
           ARRAY[min(s1), min(s2), min(s3), min(s4), min(s5), min(s6)],
           ARRAY[max(s1), max(s2), max(s3), max(s4), max(s5), max(s6)],
           ARRAY[count(s1), count(s2), count(s3), count(s4), count(s5), count(s6)]::int[]
    FROM ways
    WHERE :level::text IS DISTINCT FROM 'tour'
    GROUP BY GROUPING SETS ((contributor, mandate), ())
    HAVING count(*) > 0
)
SELECT measured.level, measured.contributor, measured.mandate, measured.tour, step.step_number, step.step,
       medians[step_number] AS days_median, least[step_number] AS days_min, most[step_number] AS days_max,
       known[step_number] AS known, measured.tours
FROM measured CROSS JOIN (
    VALUES (1, 'vote to application'), (2, 'application to vacancy'), (3, 'vacancy to nomination'),
           (4, 'nomination to acceptance'), (5, 'acceptance to arrival'), (6, 'vote to arrival')
) AS step (step_number, step)
WHERE {level? measured.level = :level::text}
