-- Question 2: room under each ceiling now, and at the fullest moment to come if everything goes as planned.
-- A planned rotation must not count twice: so the people expected are counted at each coming arrival, one by one.
-- Someone who has overstayed is taken to stay; a plan whose arrival has passed is taken to begin on the day.
-- Nothing new goes to a mission in drawdown or closed (rule I8): a ceiling of such missions alone has no headroom.
WITH chosen AS MATERIALIZED (
    SELECT lines.contributor, lines.mandate, lines.id, terms.version, terms.missions, terms.categories, terms.qualifier,
           terms.ceiling,
           in_force(lines.since, lines.ends_on, terms.valid_from, terms.valid_until, :as_of::date) AS in_force,
           ARRAY(SELECT mission FROM unnest(terms.missions) AS mission WHERE (
                     SELECT stood.status FROM mission_statuses AS stood
                     WHERE stood.mission = mission.mission AND stood.since <= :as_of::date
                     ORDER BY stood.since DESC, stood.version DESC LIMIT 1) IN ('drawdown', 'closed')) AS closed_to_new
    FROM mandate_lines AS lines CROSS JOIN LATERAL terms_of(lines.id, :as_of::date) AS terms
    WHERE {contributor? lines.contributor = :contributor::text}
      AND {missions? terms.missions && :missions::text[]}
      AND {categories? terms.categories && :categories::text[]}
      AND {mandate? lines.mandate = :mandate::text}
      AND {line? lines.id = :line::text}
      -- The terms of a line that is over, or not yet there, need not be looked up.
      AND (coalesce(:all::boolean, false) OR lines.since <= :as_of::date AND coalesce(lines.ends_on > :as_of::date, true))
      AND (coalesce(:all::boolean, false)
           OR in_force(lines.since, lines.ends_on, terms.valid_from, terms.valid_until, :as_of::date))
), ceilings AS MATERIALIZED (  -- numbered, because to sort by a number costs a tenth of sorting by names
    SELECT row_number() OVER () AS nr, own.*
    FROM (SELECT chosen.id AS line, NULL::text AS mission, chosen.ceiling FROM chosen
          UNION ALL
          SELECT chosen.id, sub.mission, sub.ceiling
          FROM chosen JOIN sub_ceilings AS sub ON sub.line = chosen.id AND sub.version = chosen.version) AS own
), {include headroom_expected}
SELECT chosen.contributor, chosen.mandate, chosen.id AS line, ceilings.mission, chosen.missions, chosen.categories,
       chosen.qualifier, ceilings.ceiling, coalesce(waived.extra, 0) AS waived, coalesce(present.people, 0) AS present,
       coalesce(expected.planned, 0) AS planned,
       coalesce(present.people, 0) + coalesce(expected.more, 0) AS fullest_planned,
       least(ceilings.ceiling + coalesce(waived.extra, 0) - coalesce(present.people, 0), allowed.most) AS headroom_now,
       least(ceilings.ceiling + coalesce(waived.extra, 0) - coalesce(present.people, 0) - coalesce(expected.more, 0),
             allowed.most) AS headroom_with_planned,
       chosen.in_force, chosen.closed_to_new,
       EXISTS (SELECT FROM parked WHERE (service, stream) IN (('approvals', 'mandate/' || chosen.mandate),
                                                           ('deployments', 'line/' || chosen.id))) AS incomplete
FROM chosen JOIN ceilings ON ceilings.line = chosen.id
CROSS JOIN LATERAL (
    SELECT CASE WHEN CASE WHEN ceilings.mission IS NULL THEN chosen.missions ELSE ARRAY[ceilings.mission] END <@ chosen.closed_to_new THEN 0 END AS most
) AS allowed
LEFT JOIN expected ON expected.nr = ceilings.nr
LEFT JOIN people_on(:as_of::date) AS present
  ON present.line = ceilings.line AND present.mission IS NOT DISTINCT FROM ceilings.mission
 AND {contributor? present.contributor = :contributor::text}
LEFT JOIN LATERAL (
    SELECT sum(extra)::int AS extra FROM waivers
    WHERE waivers.line = chosen.id AND waivers.mission IS NOT DISTINCT FROM ceilings.mission
      AND valid_from <= :as_of::date AND valid_until > :as_of::date
) AS waived ON true
