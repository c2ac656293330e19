-- `turns`: who came and who went between the two days, as it was known before. A stay that begins or ends in between
-- counts by the event that began it, or that began the next one, or by the departure; backwards with the other sign.
turns AS (
    SELECT stay.tour, stay.contributor, stay.mission, stay.category, stay.rank, stay.line, 'effective' AS kind,
           turn.people * span.sign AS people, sign(turn.people)::int * span.sign AS tours,
           CASE WHEN turn.people > 0 THEN (SELECT position FROM events WHERE events.id = stay.facts[1]::uuid)
                ELSE coalesce(
                    (SELECT events.position FROM stay_versions() AS following
                     JOIN events ON events.id = following.facts[1]::uuid
                     WHERE following.tour = stay.tour AND following.nth = stay.nth + 1
                       AND following.system_from <= coalesce(:before_known::timestamptz, 'infinity')
                     LIMIT 1),
                    (SELECT max(position) FROM events
                     WHERE events.aggregate_id = stay.tour AND events.service = 'deployments'
                       AND events.type = 'forcegen.deployments.TourDeparted')) END AS position
    FROM stay_versions() AS stay
    CROSS JOIN (SELECT CASE WHEN :as_of::date < :before_as_of::date THEN -1 ELSE 1 END AS sign) AS span
    CROSS JOIN LATERAL (
        VALUES (stay.valid_from, stay.headcount), (stay.valid_to, -stay.headcount)
    ) AS turn (day, people)
    WHERE stay.system_from <= coalesce(:before_known::timestamptz, 'infinity')
      AND (stay.system_to > coalesce(:before_known::timestamptz, 'infinity') OR stay.system_to = 'infinity')
      AND coalesce(stay.valid_from < stay.valid_to, true)
      AND turn.day > least(:before_as_of::date, :as_of::date)
      AND turn.day <= greatest(:before_as_of::date, :as_of::date)
)
