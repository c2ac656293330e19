-- What the register has on each of the `dates`, by the types of the returns.
register AS (
    SELECT dates.contributor, dates.date, stay.mission, kind.personnel_type, sum(stay.headcount)::int AS people
    FROM dates CROSS JOIN LATERAL (  -- not flattened (OFFSET 0): only so is an index asked for this State
        SELECT * FROM stays_on(dates.date) AS there WHERE there.contributor = dates.contributor OFFSET 0
    ) AS stay
    CROSS JOIN LATERAL (SELECT CASE stay.category WHEN 'military_observer' THEN 'experts_on_mission'
                               WHEN 'staff_officer' THEN 'staff_officers'
                               WHEN 'individual_officer' THEN 'staff_officers'
                               ELSE 'troops' END AS personnel_type) AS kind
    GROUP BY dates.contributor, dates.date, stay.mission, kind.personnel_type
)
