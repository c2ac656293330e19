-- Raise R3: mandates that were a whole year in force by the day, and under which nobody ever arrived by then.
SELECT mandates.contributor, mandates.mandate, act_number, decided_on, in_force_from, ends_on,
       least(:as_of::date, ends_on) - in_force_from AS days_unused, 1 AS mandates, 'R3' AS raise,
       EXISTS (SELECT FROM parked WHERE (service, stream) = ('approvals', 'mandate/' || mandates.mandate)
               OR service = 'deployments' AND starts_with(stream, 'line/' || mandates.mandate || '/')) AS incomplete
FROM mandates
WHERE in_force_from + interval '1 year' <= least(:as_of::date, ends_on)
  AND (coalesce(:all::boolean, false) OR ends_on IS NULL OR ends_on > :as_of::date)
  AND NOT EXISTS (SELECT FROM mandate_lines AS own JOIN tours ON tours.line = own.id
                  WHERE own.mandate = mandates.mandate AND arrived_on <= :as_of::date)
  AND {contributor? mandates.contributor = :contributor::text}
  AND {mandate? mandates.mandate = :mandate::text}
