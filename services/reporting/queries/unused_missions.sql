-- Question 4: missions that were approved and to which nobody was ever sent by the day, under each mandate.
SELECT approved.contributor, approved.mandate, approved.mission, approved.act_number, approved.since AS approved_since,
       :as_of::date - approved.since AS days_unused, approved.lines, approved.in_force,
       EXISTS (SELECT FROM parked WHERE (service, stream) = ('approvals', 'mandate/' || approved.mandate)
               OR service = 'deployments' AND starts_with(stream, 'line/' || approved.mandate || '/')) AS incomplete
FROM (
    SELECT mandates.contributor, mandates.mandate, mandates.act_number, mission, min(terms.since) AS since,
           array_agg(DISTINCT terms.line ORDER BY terms.line) AS lines,
           bool_or(in_force(lines.since, lines.ends_on, today.valid_from, today.valid_until, :as_of::date)
                   AND mission = ANY (today.missions)) AS in_force
    FROM mandates JOIN mandate_lines AS lines ON lines.mandate = mandates.mandate
    JOIN line_terms AS terms ON terms.line = lines.id CROSS JOIN unnest(terms.missions) AS mission
    CROSS JOIN LATERAL terms_of(lines.id, :as_of::date) AS today
    WHERE terms.since <= :as_of::date
      AND {contributor? mandates.contributor = :contributor::text}
      AND {mandate? mandates.mandate = :mandate::text}
    GROUP BY mandates.contributor, mandates.mandate, mandates.act_number, mission
) AS approved
WHERE NOT EXISTS (  -- not flattened (OFFSET 0): the first stay of each mission is enough, the others are not read
        SELECT FROM mandate_lines AS own JOIN tours ON tours.line = own.id JOIN stays AS stay ON stay.tour = tours.id
        WHERE own.mandate = approved.mandate AND stay.mission = approved.mission AND stay.valid_from <= :as_of::date
        OFFSET 0)
  AND (coalesce(:all::boolean, false) OR approved.in_force)
  AND {missions? approved.mission = ANY (:missions::text[])}
