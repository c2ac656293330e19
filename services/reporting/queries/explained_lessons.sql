-- `lessons`: what was learned between the two instants of the second day, from version to version of each stay. The old
-- version is taken away and the new one is added, each where it counts, so a correction of a mission changes two missions.
versions AS (
    SELECT version.tour, version.nth, version.system_from, version.contributor, version.mission, version.category,
           version.rank, version.line,
           CASE WHEN version.valid_from <= :as_of::date AND coalesce(version.valid_to > :as_of::date, true)
                THEN version.headcount ELSE 0 END AS people
    FROM (SELECT DISTINCT tour, nth FROM stay_versions() AS newer
          WHERE newer.system_from > least(coalesce(:before_known::timestamptz, 'infinity'),
                                          coalesce(:known::timestamptz, 'infinity'))
            AND newer.system_from <= greatest(coalesce(:before_known::timestamptz, 'infinity'),
                                              coalesce(:known::timestamptz, 'infinity'))
            AND {contributor? newer.contributor = :contributor::text}) AS learned
    JOIN stay_versions() AS version ON version.tour = learned.tour AND version.nth = learned.nth
), replaced AS (
    SELECT *, lag(people, 1, 0) OVER own AS old_people, lag(contributor) OVER own AS old_contributor,
           lag(mission) OVER own AS old_mission, lag(category) OVER own AS old_category, lag(rank) OVER own AS old_rank,
           lag(line) OVER own AS old_line
    FROM versions WINDOW own AS (PARTITION BY tour, nth ORDER BY system_from)
), lessons AS (
    SELECT tour, system_from, side.contributor, side.mission, side.category, side.rank, side.line,
           sum(side.people)::int AS people, sum(sign(side.people))::int AS tours
    FROM replaced CROSS JOIN LATERAL (
        VALUES (contributor, mission, category, rank, line, people),
               (old_contributor, old_mission, old_category, old_rank, old_line, -old_people)
    ) AS side (contributor, mission, category, rank, line, people)
    WHERE side.people <> 0
      AND system_from > least(coalesce(:before_known::timestamptz, 'infinity'), coalesce(:known::timestamptz, 'infinity'))
      AND system_from <= greatest(coalesce(:before_known::timestamptz, 'infinity'),
                                  coalesce(:known::timestamptz, 'infinity'))
    GROUP BY tour, system_from, side.contributor, side.mission, side.category, side.rank, side.line
    HAVING sum(side.people) <> 0 OR sum(sign(side.people)) <> 0
)
