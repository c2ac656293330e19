-- Question 6: tours that are present on the day and end soon, each with what comes in its place (raise R2: it ends
-- within 60 days, and nobody is accepted). The end is that of the day asked: a move decided later is undone.
-- A replacement is found by the post, else by the vacancy; in a vacancy of several places each one replaces one tour,
-- the surest first for the tour that ends first.
WITH later AS MATERIALIZED (
    SELECT tour, old_departs_on FROM tour_date_changes AS change
    WHERE decided_on > :as_of::date AND (:contributor::text IS NULL OR contributor = :contributor::text)
      AND version = (SELECT min(version) FROM tour_date_changes AS each
                     WHERE each.tour = change.tour AND each.decided_on > :as_of::date)
), present AS NOT MATERIALIZED (
    SELECT tour, mission AS is_in, category, line, leaves_on AS ends_on
    FROM stays_on(:as_of::date) AS there
    WHERE NOT EXISTS (SELECT FROM later WHERE later.tour = there.tour)
      AND (:contributor::text IS NULL OR there.contributor = :contributor::text)
    UNION ALL
    SELECT there.tour, there.mission, there.category, there.line, coalesce(later.old_departs_on, there.leaves_on)
    FROM later JOIN stays_on(:as_of::date) AS there ON there.tour = later.tour
    WHERE (:contributor::text IS NULL OR there.contributor = :contributor::text)
), ending AS MATERIALIZED (
    SELECT tours.id, tours.contributor, tours.mandate, tours.line, present.is_in, tours.category, tours.rank,
           tours.person, tours.unit, tours.post, tours.vacancy, tours.arrived_on, tours.headcount, present.ends_on
    FROM present JOIN tours ON tours.id = present.tour
    WHERE ends_on <= :as_of::date + coalesce(:within_days::int, 90)
      AND (:missions::text[] IS NULL OR is_in = ANY (:missions::text[]))
      AND (:categories::text[] IS NULL OR present.category = ANY (:categories::text[]))
      AND (:mandate::text IS NULL OR split_part(present.line, '/', 1) = :mandate::text)
      AND (:line::text IS NULL OR present.line = :line::text)
), other AS (  -- every other tour in the same post or vacancy that is not over
    SELECT id, vacancy, mission, post, arrived_on, arrives_on, planned_from
    FROM tours
    WHERE over_on(departed_on, cancelled_on) > :as_of::date
      AND (post = ANY (ARRAY(SELECT post FROM ending))
           OR vacancy = ANY (ARRAY(SELECT vacancy FROM ending)))
), coming AS (
    SELECT CASE WHEN arrived_on <= :as_of::date THEN 4 ELSE 3 END AS stage, other.id, other.vacancy, other.mission,
           other.post, coalesce(arrived_on, arrives_on, planned_from) AS comes_on
    FROM other WHERE NOT EXISTS (SELECT FROM ending WHERE ending.id = other.id)
    UNION ALL
    SELECT CASE WHEN accepted_on <= :as_of::date THEN 2 ELSE 1 END, named.id, named.vacancy, named.mission,
           coalesce(named.post, vacancies.post), named.report_on
    FROM nominations AS named JOIN vacancies ON vacancies.vacancy = named.vacancy
    WHERE nominated_on <= :as_of::date AND (named.ended_on IS NULL OR named.ended_on > :as_of::date)
      AND (accepted_on <= :as_of::date OR valid_until > :as_of::date)
      AND NOT EXISTS (SELECT FROM tours WHERE tours.vacancy = named.vacancy AND tours.nomination = named.nomination)
    UNION ALL
    SELECT 0, vacancy, vacancy, mission, post, NULL
    FROM vacancies CROSS JOIN generate_series(1 + (  -- a place for which somebody is put forward is told as that
        SELECT count(*) FROM nominations AS named
        WHERE named.vacancy = vacancies.vacancy AND nominated_on BETWEEN reopened_on AND :as_of::date
          AND (named.ended_on IS NULL OR named.ended_on > :as_of::date)), greatest(places, 1))
    WHERE reopened_on <= :as_of::date AND (filled_on IS NULL OR filled_on > :as_of::date)
      AND (ended_on IS NULL OR ended_on > :as_of::date)
), in_post AS (
    SELECT DISTINCT ON (ending.id) ending.id AS leaving, coming.*
    FROM ending JOIN coming ON coming.post = ending.post AND coming.mission = ending.is_in
     AND (coming.comes_on IS NULL OR coming.comes_on > ending.arrived_on)
    ORDER BY ending.id, coming.stage DESC, coming.comes_on, coming.id
), in_vacancy AS (
    SELECT leaving.id AS leaving, arriving.stage, arriving.id, arriving.comes_on
    FROM (SELECT id, vacancy, row_number() OVER (PARTITION BY vacancy ORDER BY ends_on, id) AS nth
          FROM ending WHERE NOT EXISTS (SELECT FROM in_post WHERE in_post.leaving = ending.id)) AS leaving
    JOIN (SELECT *, row_number() OVER (PARTITION BY vacancy ORDER BY stage DESC, comes_on, id) AS nth
          FROM coming
          WHERE stage < 4  -- somebody who is there already has a place of their own
            AND (coming.post IS NULL OR NOT EXISTS (
                SELECT FROM tours AS holder JOIN present ON present.tour = holder.id
                WHERE holder.post = coming.post AND over_on(holder.departed_on, holder.cancelled_on) > :as_of::date
                  AND present.is_in = coming.mission))
            AND NOT EXISTS (SELECT FROM in_post WHERE in_post.id = coming.id)) AS arriving
      ON arriving.vacancy = leaving.vacancy AND arriving.nth = leaving.nth
), replaced AS (
    SELECT leaving, stage, id, comes_on FROM in_post UNION ALL SELECT leaving, stage, id, comes_on FROM in_vacancy
)
SELECT ending.contributor, ending.mandate, ending.line, ending.id, ending.is_in AS mission, ending.category,
       ending.rank, ending.person, ending.unit, ending.post, ending.vacancy, ending.arrived_on, ending.ends_on,
       ending.ends_on - :as_of::date AS days,
       CASE WHEN ending.ends_on <= :as_of::date THEN 'overdue' WHEN ending.ends_on <= :as_of::date + 30 THEN '30'
            WHEN ending.ends_on <= :as_of::date + 60 THEN '60' WHEN ending.ends_on <= :as_of::date + 90 THEN '90'
            ELSE 'later' END AS bucket,
       CASE replaced.stage WHEN 4 THEN 'arrived' WHEN 3 THEN 'tour planned' WHEN 2 THEN 'accepted' WHEN 1 THEN 'nominated'
            WHEN 0 THEN 'vacancy reopened' ELSE 'none' END AS replacement, replaced.id AS replaced_by, replaced.comes_on,
       replaced.comes_on - ending.ends_on AS gap_days,
       CASE WHEN ending.ends_on <= :as_of::date + 60 AND coalesce(replaced.stage, 0) < 2 THEN 'R2' END AS raise,
       ending.headcount AS people, 1 AS tours,
       EXISTS (SELECT FROM parked WHERE (room, stream) IN (('deployments', 'line/' || ending.line),
                                                           ('vacancies', 'vacancy/' || ending.vacancy))) AS incomplete
FROM ending LEFT JOIN replaced ON replaced.leaving = ending.id
WHERE (:raised::boolean IS NULL
       OR (ending.ends_on <= :as_of::date + 60 AND coalesce(replaced.stage, 0) < 2) = :raised::boolean)
