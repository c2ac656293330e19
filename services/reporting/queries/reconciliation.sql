-- Question 10 and raise R1: the register against the UN's returns, one row for each contributor, date, mission and type
-- that either has. A State's newest publication of a date is taken whole. A blank total is unknown, and so is one that
-- a publication gives twice differently: no difference. A return without a row says that nobody was counted there: what
-- the register has is the difference. Police are not kept in the register. Where no State's return of a date has staff
-- officers, they may stand within troops: noted.
WITH published AS (
    SELECT contributor, as_of AS date, mission, personnel_type, min(contributor_as_published) AS as_published,
           CASE WHEN min(total) = max(total) AND count(*) = count(total) THEN min(total) END AS published,
           count(*)::int AS returns, max(publication) AS publication, max(published_at) AS published_at,
           bool_and(male::bigint + female = total) AS adds_up
    FROM (SELECT *, dense_rank() OVER (PARTITION BY contributor, as_of ORDER BY published_at DESC) AS age,
                 dense_rank() OVER (PARTITION BY contributor, as_of ORDER BY published_at) AS publication
          FROM strength_returns
          WHERE as_of <= :as_of::date AND (:since::date IS NULL OR as_of >= :since::date)
            AND published_at < coalesce(:published_before::timestamptz, 'infinity')
            AND (:contributor::text IS NULL OR contributor = :contributor::text)) AS vintages
    WHERE age = 1
    GROUP BY contributor, as_of, mission, personnel_type
), dates AS (
    SELECT contributor, date FROM published GROUP BY contributor, date
), without_staff AS (
    SELECT as_of AS date FROM strength_returns WHERE published_at < coalesce(:published_before::timestamptz, 'infinity')
    GROUP BY as_of HAVING NOT bool_or(personnel_type = 'staff_officers')
), register AS (
    SELECT dates.contributor, dates.date, stay.mission, kind.personnel_type, sum(stay.headcount)::int AS people
    FROM dates CROSS JOIN LATERAL (  -- not flattened (OFFSET 0): only so is an index asked for this State
        SELECT * FROM stays_on(dates.date) AS there WHERE there.contributor = dates.contributor OFFSET 0
    ) AS stay
    CROSS JOIN LATERAL (SELECT CASE stay.category WHEN 'military_observer' THEN 'experts_on_mission'
                               WHEN 'staff_officer' THEN 'staff_officers'
                               WHEN 'individual_officer' THEN 'staff_officers'
                               ELSE 'troops' END AS personnel_type) AS kind
    GROUP BY dates.contributor, dates.date, stay.mission, kind.personnel_type
), held AS (
    SELECT contributor, date, mission, personnel_type, as_published,
           CASE WHEN personnel_type IN ('individual_police', 'formed_police_units') THEN NULL
                ELSE coalesce(people, 0) END AS register,
           published, CASE WHEN returns IS NULL THEN 'register' WHEN people IS NULL THEN 'return' ELSE 'both' END
               AS found_in,
           coalesce(returns, 0) AS returns, coalesce(publication, 0)::int AS publication, published_at, adds_up
    FROM published FULL JOIN register USING (contributor, date, mission, personnel_type)
), compared AS (
    SELECT *, register - CASE WHEN found_in = 'register' THEN 0 ELSE published END AS difference FROM held
)
SELECT contributor, date, mission, personnel_type, register, published, difference,
       CASE WHEN difference <> 0 OR (returns > 1 AND published IS NULL) THEN 'R1' END AS raise, found_in,
       CASE WHEN register IS NULL THEN 'police are not kept in this register'
            WHEN returns > 1 AND published IS NULL THEN 'the publication contradicts itself'
            WHEN personnel_type IN ('troops', 'staff_officers') AND without_staff.date IS NOT NULL
             AND EXISTS (SELECT FROM register AS staff
                         WHERE (staff.contributor, staff.date, staff.mission, staff.personnel_type)
                             = (compared.contributor, compared.date, compared.mission, 'staff_officers'))
            THEN 'staff officers may be counted within troops: the return of this date has none of any State'
       END AS note,
       as_published, adds_up, publication, published_at, returns,
       EXISTS (SELECT FROM parked
               WHERE room = 'deployments' AND stream = 'contributor/' || compared.contributor) AS incomplete
FROM compared LEFT JOIN without_staff USING (date)
WHERE (coalesce(:all::boolean, false)
       OR EXISTS (SELECT FROM mandates WHERE mandates.contributor = compared.contributor))
  AND (:missions::text[] IS NULL OR mission = ANY (:missions::text[]))
  AND (:types::text[] IS NULL OR personnel_type = ANY (:types::text[]))
  AND (:raised::boolean IS NULL
       OR coalesce(difference <> 0 OR (returns > 1 AND published IS NULL), false) = :raised::boolean)
