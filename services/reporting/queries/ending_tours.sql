-- Question 6: tours that are present on the day and end soon, each with what comes in its place (raise R2: it ends
-- within 60 days, and nobody is accepted). The end is that of the day asked: a move decided later is undone.
-- A replacement is found by the post, else by the vacancy; in a vacancy of several places each one replaces one tour,
-- the surest first for the tour that ends first.
WITH {include ending_tours_ending}, {include ending_tours_coming}, in_post AS (  -- all that end: nothing is joined twice
    SELECT DISTINCT ON (ending.id) ending.*, coming.stage, coming.id AS replaced_by, coming.comes_on
    FROM ending LEFT JOIN coming ON coming.post = ending.post AND coming.mission = ending.is_in
     AND (coming.comes_on IS NULL OR coming.comes_on > ending.arrived_on)
    ORDER BY ending.id, coming.stage DESC, coming.comes_on, coming.id
), leaving AS (
    SELECT *, row_number() OVER (PARTITION BY vacancy ORDER BY ends_on, id) AS nth FROM in_post WHERE stage IS NULL
), arriving AS (
    SELECT *, row_number() OVER (PARTITION BY vacancy ORDER BY stage DESC, comes_on, id) AS nth
    FROM coming
    WHERE stage < 4  -- somebody who is there already has a place of their own
      AND (coming.post IS NULL OR NOT EXISTS (
          SELECT FROM tours AS holder JOIN present ON present.tour = holder.id
          WHERE holder.post = coming.post AND over_on(holder.departed_on, holder.cancelled_on) > :as_of::date
            AND present.is_in = coming.mission))
      AND NOT EXISTS (SELECT FROM in_post WHERE in_post.replaced_by = coming.id)
), replaced AS (
    SELECT id, contributor, mandate, line, is_in, category, rank, person, unit, post, vacancy, arrived_on, headcount,
           ends_on, stage, replaced_by, comes_on
    FROM in_post WHERE stage IS NOT NULL
    UNION ALL
    SELECT leaving.id, contributor, mandate, line, is_in, category, rank, person, unit, leaving.post, leaving.vacancy,
           arrived_on, headcount, ends_on, arriving.stage, arriving.id, arriving.comes_on
    FROM leaving LEFT JOIN arriving ON arriving.vacancy = leaving.vacancy AND arriving.nth = leaving.nth
)
SELECT ending.contributor, ending.mandate, ending.line, ending.id, ending.is_in AS mission, ending.category,
       ending.rank, ending.person, ending.unit, ending.post, ending.vacancy, ending.arrived_on, ending.ends_on,
       ending.ends_on - :as_of::date AS days,
       CASE WHEN ending.ends_on <= :as_of::date THEN 'overdue' WHEN ending.ends_on <= :as_of::date + 30 THEN '30'
            WHEN ending.ends_on <= :as_of::date + 60 THEN '60' WHEN ending.ends_on <= :as_of::date + 90 THEN '90'
            ELSE 'later' END AS bucket,
       CASE stage WHEN 4 THEN 'arrived' WHEN 3 THEN 'tour planned' WHEN 2 THEN 'accepted' WHEN 1 THEN 'nominated'
            WHEN 0 THEN 'vacancy reopened' ELSE 'none' END AS replacement, replaced_by, comes_on,
       comes_on - ending.ends_on AS gap_days,
       CASE WHEN ending.ends_on <= :as_of::date + 60 AND coalesce(stage, 0) < 2 THEN 'R2' END AS raise,
       ending.headcount AS people, 1 AS tours,
       EXISTS (SELECT FROM parked WHERE (service, stream) IN (('deployments', 'line/' || ending.line),
                                                           ('vacancies', 'vacancy/' || ending.vacancy))) AS incomplete
FROM replaced AS ending
WHERE {raised? (ending.ends_on <= :as_of::date + 60 AND coalesce(stage, 0) < 2) = :raised::boolean}
