-- Question 2: room under each ceiling now, and at the fullest moment to come if everything goes as planned.
-- A planned rotation must not count twice: so the people expected are counted at each coming arrival, one by one.
-- Someone who has overstayed is taken to stay; a plan whose arrival has passed is taken to begin on the day.
WITH ceilings AS (
    SELECT terms.line, NULL::text AS mission, terms.ceiling FROM terms_on(:as_of::date) AS terms
    UNION ALL
    SELECT terms.line, sub.mission, sub.ceiling
    FROM terms_on(:as_of::date) AS terms
    JOIN sub_ceilings AS sub ON sub.line = terms.line AND sub.version = terms.version
), expected AS (
    SELECT tours.line, coalesce(present.mission, tours.mission) AS mission, tours.headcount,
           present.tour IS NOT NULL AS is_present,
           CASE WHEN present.tour IS NULL THEN greatest(coalesce(arrives_on, planned_from), :as_of::date)
                ELSE :as_of::date END AS first_day,
           CASE WHEN present.tour IS NULL OR coalesce(departs_on, planned_until) > :as_of::date
                THEN coalesce(departs_on, planned_until) ELSE 'infinity' END AS end_day
    FROM tours LEFT JOIN present_on(:as_of::date) AS present ON present.tour = tours.id
    WHERE present.tour IS NOT NULL
       OR ((arrived_on IS NULL OR arrived_on > :as_of::date) AND (cancelled_on IS NULL OR cancelled_on > :as_of::date)
           AND coalesce(departs_on, planned_until) > :as_of::date)
)
SELECT lines.contributor, lines.mandate, lines.id AS line, ceilings.mission, terms.missions, terms.categories,
       terms.qualifier, ceilings.ceiling, coalesce(waived.extra, 0) AS waived, counted.present, counted.planned,
       coalesce(fullest.people, 0) AS fullest_planned,
       ceilings.ceiling + coalesce(waived.extra, 0) - counted.present AS room_now,
       ceilings.ceiling + coalesce(waived.extra, 0) - coalesce(fullest.people, 0) AS room_with_planned,
       in_force(lines.since, lines.ends_on, terms.valid_from, terms.valid_until, :as_of::date) AS in_force,
       EXISTS (SELECT FROM parked WHERE (room, stream) IN (('approvals', 'mandate/' || lines.mandate),
                                                           ('deployments', 'line/' || lines.id))) AS incomplete
FROM mandate_lines AS lines
JOIN terms_on(:as_of::date) AS terms ON terms.line = lines.id
JOIN ceilings ON ceilings.line = lines.id
LEFT JOIN LATERAL (
    SELECT sum(extra)::int AS extra FROM waivers
    WHERE waivers.line = lines.id AND waivers.mission IS NOT DISTINCT FROM ceilings.mission
      AND valid_from <= :as_of::date AND valid_until > :as_of::date
) AS waived ON true
CROSS JOIN LATERAL (
    SELECT coalesce(sum(headcount) FILTER (WHERE is_present), 0)::int AS present,
           coalesce(sum(headcount) FILTER (WHERE NOT is_present), 0)::int AS planned
    FROM expected
    WHERE expected.line = lines.id AND (ceilings.mission IS NULL OR expected.mission = ceilings.mission)
) AS counted
LEFT JOIN LATERAL (
    SELECT max(there.people)::int AS people
    FROM (SELECT DISTINCT first_day AS day FROM expected WHERE expected.line = lines.id) AS moment
    CROSS JOIN LATERAL (
        SELECT sum(headcount) AS people FROM expected
        WHERE expected.line = lines.id AND (ceilings.mission IS NULL OR expected.mission = ceilings.mission)
          AND first_day <= moment.day AND end_day > moment.day
    ) AS there
) AS fullest ON true
WHERE (coalesce(:all::boolean, false) OR in_force(lines.since, lines.ends_on, terms.valid_from, terms.valid_until, :as_of::date))
  AND (:contributor::text IS NULL OR lines.contributor = :contributor::text)
  AND (:missions::text[] IS NULL OR terms.missions && :missions::text[])
  AND (:categories::text[] IS NULL OR terms.categories && :categories::text[])
  AND (:mandate::text IS NULL OR lines.mandate = :mandate::text)
  AND (:line::text IS NULL OR lines.id = :line::text)
