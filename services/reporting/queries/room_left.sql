-- Question 2: room under each ceiling now, and at the fullest moment to come if everything goes as planned.
-- A planned rotation must not count twice: so the people expected are counted at each coming arrival, one by one.
-- Someone who has overstayed is taken to stay; a plan whose arrival has passed is taken to begin on the day.
WITH asked AS MATERIALIZED (
    SELECT lines.contributor, lines.mandate, lines.id, terms.version, terms.missions, terms.categories, terms.qualifier,
           terms.ceiling,
           in_force(lines.since, lines.ends_on, terms.valid_from, terms.valid_until, :as_of::date) AS in_force
    FROM mandate_lines AS lines CROSS JOIN LATERAL terms_of(lines.id, :as_of::date) AS terms
    WHERE (:contributor::text IS NULL OR lines.contributor = :contributor::text)
      AND (:missions::text[] IS NULL OR terms.missions && :missions::text[])
      AND (:categories::text[] IS NULL OR terms.categories && :categories::text[])
      AND (:mandate::text IS NULL OR lines.mandate = :mandate::text)
      AND (:line::text IS NULL OR lines.id = :line::text)
      -- The terms of a line that is over, or not yet there, need not be looked up.
      AND (coalesce(:all::boolean, false) OR lines.since <= :as_of::date AND coalesce(lines.ends_on > :as_of::date, true))
      AND (coalesce(:all::boolean, false)
           OR in_force(lines.since, lines.ends_on, terms.valid_from, terms.valid_until, :as_of::date))
), ceilings AS MATERIALIZED (  -- numbered, because to sort by a number costs a tenth of sorting by names
    SELECT row_number() OVER () AS nr, own.*
    FROM (SELECT asked.id AS line, NULL::text AS mission, asked.ceiling FROM asked
          UNION ALL
          SELECT asked.id, sub.mission, sub.ceiling
          FROM asked JOIN sub_ceilings AS sub ON sub.line = asked.id AND sub.version = asked.version) AS own
), planned AS MATERIALIZED (
    SELECT line, mission, headcount, greatest(coalesce(arrives_on, planned_from), :as_of::date) AS first_day,
           coalesce(departs_on, planned_until) AS end_day
    FROM to_come_on(:as_of::date) AS to_come
    WHERE coalesce(departs_on, planned_until) > :as_of::date
      AND (:contributor::text IS NULL OR to_come.contributor = :contributor::text)
), moves AS (  -- who leaves after the last arrival does not matter: from there on it is only emptier
    SELECT line, mission, headcount AS planned, first_day AS day,
           CASE WHEN end_day > first_day THEN headcount ELSE 0 END AS change FROM planned
    UNION ALL
    SELECT line, mission, 0, end_day, -headcount FROM planned WHERE end_day > first_day
    UNION ALL
    SELECT line, mission, 0, leaves_on, -headcount FROM stays_on(:as_of::date) AS there
    WHERE leaves_on > :as_of::date AND leaves_on <= (SELECT max(first_day) FROM planned)
      AND (:contributor::text IS NULL OR there.contributor = :contributor::text)
), expected AS (
    SELECT nr, sum(planned)::int AS planned, greatest(max(more), 0)::int AS more
    FROM (SELECT ceilings.nr, moves.planned,
                 sum(moves.change) OVER (PARTITION BY ceilings.nr ORDER BY moves.day) AS more
          FROM ceilings JOIN moves
            ON moves.line = ceilings.line AND (ceilings.mission IS NULL OR moves.mission = ceilings.mission)) AS at
    GROUP BY nr
)
SELECT asked.contributor, asked.mandate, asked.id AS line, ceilings.mission, asked.missions, asked.categories,
       asked.qualifier, ceilings.ceiling, coalesce(waived.extra, 0) AS waived, coalesce(present.people, 0) AS present,
       coalesce(expected.planned, 0) AS planned,
       coalesce(present.people, 0) + coalesce(expected.more, 0) AS fullest_planned,
       ceilings.ceiling + coalesce(waived.extra, 0) - coalesce(present.people, 0) AS room_now,
       ceilings.ceiling + coalesce(waived.extra, 0) - coalesce(present.people, 0) - coalesce(expected.more, 0)
           AS room_with_planned,
       asked.in_force,
       EXISTS (SELECT FROM parked WHERE (room, stream) IN (('approvals', 'mandate/' || asked.mandate),
                                                           ('deployments', 'line/' || asked.id))) AS incomplete
FROM asked JOIN ceilings ON ceilings.line = asked.id
LEFT JOIN expected ON expected.nr = ceilings.nr
LEFT JOIN people_on(:as_of::date) AS present
  ON present.line = ceilings.line AND present.mission IS NOT DISTINCT FROM ceilings.mission
 AND (:contributor::text IS NULL OR present.contributor = :contributor::text)
LEFT JOIN LATERAL (
    SELECT sum(extra)::int AS extra FROM waivers
    WHERE waivers.line = asked.id AND waivers.mission IS NOT DISTINCT FROM ceilings.mission
      AND valid_from <= :as_of::date AND valid_until > :as_of::date
) AS waived ON true
