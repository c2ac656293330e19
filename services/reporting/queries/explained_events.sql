-- `explained`: both, each with its event. What was learned is a correction; or late, if it had been true on the first of
-- the two days; or it happened between the days.
explained AS (
    SELECT turns.* FROM turns
    UNION ALL
    SELECT learned.tour, learned.contributor, learned.mission, learned.category, learned.rank, learned.line,
           CASE WHEN made.corrects THEN 'corrected'
                WHEN made.day <= least(:before_as_of::date, :as_of::date) THEN 'late' ELSE 'effective' END,
           learned.people * span.sign, learned.tours * span.sign, made.position
    FROM lessons AS learned
    CROSS JOIN (SELECT CASE WHEN coalesce(:known::timestamptz, 'infinity')
                               < coalesce(:before_known::timestamptz, 'infinity') THEN -1 ELSE 1 END AS sign) AS span
    CROSS JOIN LATERAL (
        {include event_that_made_it}
    ) AS made
)
