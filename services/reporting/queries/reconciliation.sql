-- Question 10 and raise R1: the register against the UN's returns, one row for each contributor, date, mission and type
-- that either has. A State's newest publication of a date is taken whole. A blank total is unknown, and so is one that
-- a publication gives twice differently: no difference. A return without a row says that nobody was counted there: what
-- the register has is the difference. Police are not kept in the register. Where no State's return of a date has staff
-- officers, they may stand within troops: noted.
WITH {include reconciliation_published}, {include reconciliation_register}, held AS (
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
               WHERE service = 'deployments' AND stream = 'contributor/' || compared.contributor) AS incomplete
FROM compared LEFT JOIN without_staff USING (date)
WHERE (coalesce(:all::boolean, false)
       OR EXISTS (SELECT FROM mandates WHERE mandates.contributor = compared.contributor))
  AND {missions? mission = ANY (:missions::text[])}
  AND {types? personnel_type = ANY (:types::text[])}
  AND {raised? coalesce(difference <> 0 OR (returns > 1 AND published IS NULL), false) = :raised::boolean}
