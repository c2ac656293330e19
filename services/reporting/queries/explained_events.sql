-- `explained`: both, each with its event. Events of one tour that were recorded at one instant became known together: the
-- change stands with the last of them that can have made it (events_behind_changes.sql). What was learned is a correction;
-- or late, if it had been true on the first of the two days; or it happened between the days.
explained AS (
    SELECT turns.* FROM turns
    UNION ALL
    SELECT lessons.tour, lessons.contributor, lessons.mission, lessons.category, lessons.rank, lessons.line,
           CASE WHEN made.corrects THEN 'corrected'
                WHEN made.day <= least(:before_as_of::date, :as_of::date) THEN 'late' ELSE 'effective' END,
           lessons.people * span.sign, lessons.tours * span.sign, made.position
    FROM lessons
    CROSS JOIN (SELECT CASE WHEN coalesce(:known::timestamptz, 'infinity')
                               < coalesce(:before_known::timestamptz, 'infinity') THEN -1 ELSE 1 END AS sign) AS span
    CROSS JOIN LATERAL (
        SELECT events.position, events.day, events.type = 'forcegen.deployments.TourCorrected' AS corrects
        FROM events
        WHERE events.aggregate_id = lessons.tour AND events.service = 'deployments'
          AND events.recorded <= lessons.system_from
        ORDER BY events.type = 'forcegen.deployments.TourCorrected'
                 OR events.day <= :as_of::date AND events.type = ANY (CASE WHEN lessons.people > 0
                     THEN '{forcegen.deployments.TourArrived,forcegen.deployments.TourTransferred}'::text[]
                     ELSE '{forcegen.deployments.TourDeparted,forcegen.deployments.TourTransferred}'::text[] END) DESC,
                 events.position DESC
        LIMIT 1
    ) AS made
)
