-- Question 4: missions that were approved and to which nobody was ever sent by the day, under each mandate.
SELECT mandates.contributor, approved.mandate, approved.mission, mandates.act_number, approved.since AS approved_since,
       :as_of::date - approved.since AS days_unused, approved.lines, approved.in_force,
       EXISTS (SELECT FROM parked WHERE (room, stream) = ('approvals', 'mandate/' || approved.mandate)
               OR room = 'deployments' AND starts_with(stream, 'line/' || approved.mandate || '/')) AS incomplete
FROM (
    SELECT terms.mandate, mission, min(terms.since) AS since,
           array_agg(DISTINCT terms.line ORDER BY terms.line) AS lines,
           bool_or(in_force(lines.since, lines.ends_on, today.valid_from, today.valid_until, :as_of::date)
                   AND mission = ANY (today.missions)) AS in_force
    FROM line_terms AS terms CROSS JOIN unnest(terms.missions) AS mission
    JOIN mandate_lines AS lines ON lines.id = terms.line
    JOIN terms_on(:as_of::date) AS today ON today.line = terms.line
    WHERE terms.since <= :as_of::date
    GROUP BY terms.mandate, mission
) AS approved
JOIN mandates ON mandates.mandate = approved.mandate
WHERE NOT EXISTS (
        SELECT FROM tour_missions AS stay JOIN tours ON tours.id = stay.tour
        WHERE tours.mandate = approved.mandate AND stay.mission = approved.mission AND stay.since <= :as_of::date)
  AND (coalesce(:all::boolean, false) OR approved.in_force)
  AND (:contributor::text IS NULL OR mandates.contributor = :contributor::text)
  AND (:missions::text[] IS NULL OR approved.mission = ANY (:missions::text[]))
  AND (:mandate::text IS NULL OR approved.mandate = :mandate::text)
