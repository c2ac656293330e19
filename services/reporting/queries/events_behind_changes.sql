-- `changes`: by how many people each event changed the number of the day when it became known, from version to version of
-- each stay. So they add up to the number as it is known in the end. Events of one tour that were recorded at one instant
-- became known together: the change stands with the last of them that can have made it.
counted AS (
    SELECT version.tour, version.nth, version.system_from,
           CASE WHEN version.valid_from <= :as_of::date AND coalesce(version.valid_to > :as_of::date, true)
                 AND {mission? version.mission = :mission::text}
                 AND {contributor? version.contributor = :contributor::text}
                 AND {category? version.category = :category::text}
                 AND {rank? coalesce(version.rank, 'none') = :rank::text}
                 AND {line? version.line = :line::text}
                 AND {mandate? split_part(version.line, '/', 1) = :mandate::text}
                THEN version.headcount ELSE 0 END AS people
    FROM tours_behind JOIN stay_versions() AS version ON version.tour = tours_behind.id
), steps AS (
    SELECT tour, system_from, sum(step) AS change
    FROM (SELECT tour, system_from,
                 people - lag(people, 1, 0) OVER (PARTITION BY tour, nth ORDER BY system_from) AS step
          FROM counted) AS each
    GROUP BY tour, system_from HAVING sum(step) <> 0
), changes AS (
    SELECT steps.tour, made.position, bool_or(made.corrects) AS corrects, sum(steps.change)::int AS change
    FROM steps CROSS JOIN LATERAL (
        SELECT events.position, events.type = 'forcegen.deployments.TourCorrected' AS corrects
        FROM events
        WHERE events.aggregate_id = steps.tour AND events.service = 'deployments'
          AND events.recorded <= steps.system_from
        ORDER BY events.type = 'forcegen.deployments.TourCorrected'
                 OR events.day <= :as_of::date AND events.type = ANY (CASE WHEN steps.change > 0
                     THEN '{forcegen.deployments.TourArrived,forcegen.deployments.TourTransferred}'::text[]
                     ELSE '{forcegen.deployments.TourDeparted,forcegen.deployments.TourTransferred}'::text[] END) DESC,
                 events.position DESC
        LIMIT 1
    ) AS made
    GROUP BY steps.tour, made.position
)
