-- What one person has proposed and no other has decided by the day: mandates, their changes, and corrections of tours.
-- `version` is that of the stream with the proposal: whoever approves it names this one, or a later one that was read.
SELECT proposed.contributor, proposed.day AS proposed_on, proposed.id AS proposal,
       CASE proposed.type
           WHEN 'forcegen.approvals.MandateProposed' THEN 'mandate'
           WHEN 'forcegen.deployments.CorrectionProposed' THEN 'correction'
           ELSE (SELECT key FROM json_each(proposed.data -> 'change') WHERE json_typeof(value) <> 'null')
       END AS what,
       proposed.aggregate_id AS id, proposed.version::int AS version,
       CASE proposed.type WHEN 'forcegen.approvals.MandateProposed' THEN proposed.actor
                          ELSE proposed.data ->> 'proposed_by' END AS proposed_by,
       :as_of::date - proposed.day AS days, 1 AS proposals,
       EXISTS (SELECT FROM parked
               WHERE (parked.service, parked.stream) = (proposed.service, proposed.stream)) AS incomplete
FROM events AS proposed
WHERE proposed.type IN ('forcegen.approvals.MandateProposed', 'forcegen.approvals.MandateChangeProposed',
                        'forcegen.deployments.CorrectionProposed')
  AND proposed.day <= :as_of::date
  AND {contributor? proposed.contributor = :contributor::text}
  AND {mandate? split_part(proposed.aggregate_id, '/', 1) = :mandate::text}
  AND NOT EXISTS (
      SELECT FROM events AS later
      WHERE later.service = proposed.service AND later.stream = proposed.stream AND later.version > proposed.version
        AND later.day <= :as_of::date
        AND CASE proposed.type
                WHEN 'forcegen.approvals.MandateProposed'
                THEN later.type ~ '\.(MandateApproved|MandateRejected|ProposalWithdrawn)$'
                ELSE later.type ~ '\.(MandateChange|Correction)(Approved|Withdrawn)$'
                     AND later.data ->> 'proposal' = proposed.id::text
            END)
