-- `changes`: by how many people each event changed the number of the day when it became known, from version to version of
-- each stay. So they add up to the number as it is known in the end, each with the event that made it.
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
    SELECT tour, system_from, sum(step) AS people
    FROM (SELECT tour, system_from,
                 people - lag(people, 1, 0) OVER (PARTITION BY tour, nth ORDER BY system_from) AS step
          FROM counted) AS each
    GROUP BY tour, system_from HAVING sum(step) <> 0
), changes AS (
    SELECT learned.tour, made.position, bool_or(made.corrects) AS corrects, sum(learned.people)::int AS change
    FROM steps AS learned CROSS JOIN LATERAL (
        {include event_that_made_it}
    ) AS made
    GROUP BY learned.tour, made.position
)
