-- Raise R5: a known mislabelling in published returns, by mission and personnel type. A State that is otherwise absent
-- there (the contributor) appears in one or a few returns, in which a neighbour in the UN's list (un_list) that was there
-- before and after is missing, with a like number. Whole States tell nothing of it: both go on elsewhere as they were.
--
-- A gap is a run of 1 to 8 returns in which a State is missing from a mission and type. A candidate for it is a State at
-- most 8 places away that appears within the gap, in neither of the returns that bound it, and a year around less than
-- half as often as the State that is missing: one with people of its own before and after is no case. Each factor is
-- from 0 to 1:
--   alike    square root of smaller by greater, of the number and the nearest one between before and after
--   filled   share of the returns of the gap in which one or another candidate appears
--   absent   share of the contributor's returns there, a year around, that fall into gaps of the neighbour
--   near     1 for the next in the list, 0.05 less for each place more
--   short    1 for up to three returns, 0.1 less for each more
--   certain  1 - 0.3 / people: one for one is chance more often than forty for forty
-- Their product in percent is the score; from 40 on it is raised. Of two readings of one row, the higher score is told;
-- and a row that is itself in the wrong place is no neighbour that was there before and after. A total of 0 is nobody; an
-- unknown one is somebody, and tells no number. docs/how-to/ask-for-reports.md says what the rule finds in the returns of
-- 2009 to 2014.
WITH newest AS MATERIALIZED (  -- each State's newest publication of a month, taken whole
    SELECT contributor, date_trunc('month', as_of::timestamp)::date AS month, max(published_at) AS published_at
    FROM strength_returns
    WHERE as_of <= :as_of::date AND published_at < coalesce(:published_before::timestamptz, 'infinity')
    GROUP BY 1, 2
), calendar AS (
    SELECT month, (row_number() OVER (ORDER BY month))::int AS nr FROM (SELECT DISTINCT month FROM newest) AS months
), returns AS MATERIALIZED (
    SELECT contributor, month, published_at, nr FROM newest JOIN calendar USING (month)
), series AS MATERIALIZED (  -- a State in a mission and type: in which returns it is there, and with what
    SELECT contributor, mission, personnel_type, range_agg(int4range(nr, nr + 1)) AS there,
           array_agg(nr ORDER BY nr, total DESC) AS turns, array_agg(total ORDER BY nr, total DESC) AS people,
           array_agg(as_of ORDER BY nr, total DESC) AS dates, array_agg(event ORDER BY nr, total DESC) AS events
    FROM strength_returns JOIN returns USING (contributor, published_at)
    WHERE date_trunc('month', as_of::timestamp)::date = month AND as_of <= :as_of::date AND coalesce(total, 1) > 0
      AND (:contributor::text IS NULL OR mission || '/' || personnel_type = ANY (ARRAY(
          SELECT DISTINCT mission || '/' || personnel_type FROM strength_returns
          WHERE contributor = :contributor::text)))
    GROUP BY contributor, mission, personnel_type
), gaps AS MATERIALIZED (
    SELECT series.*, away, gap, upper(gap) - lower(gap) AS missing,
           array_position(turns, lower(gap) - 1) AS before, array_position(turns, upper(gap)) AS after
    FROM series
    CROSS JOIN LATERAL (SELECT int4multirange(range_merge(there)) - there AS away) AS hull
    CROSS JOIN LATERAL unnest(away) AS gap
), appearing AS MATERIALIZED (
    SELECT mission, personnel_type, gap, missing, gaps.contributor AS neighbour, away, gaps.turns AS usual,
           gaps.dates[before] AS date_before, gaps.people[before] AS neighbour_before, gaps.events[before] AS event_before,
           gaps.dates[after] AS date_after, gaps.people[after] AS neighbour_after, gaps.events[after] AS event_after,
           other.contributor, other.turns, other.people, other.dates, other.events
    FROM gaps JOIN series AS other USING (mission, personnel_type)
    WHERE missing <= 8 AND other.there && gap
      AND NOT other.there @> lower(gap) - 1 AND NOT other.there @> upper(gap)
      AND gaps.people[before] IS NOT NULL AND gaps.people[after] IS NOT NULL
), likely AS MATERIALIZED (
    SELECT appearing.*, within.*, around.absent
    FROM appearing
    CROSS JOIN LATERAL (
        SELECT count(*)::int AS returns, min(date) AS date, max(date) AS date_until, array_agg(turn) AS at,
               array_agg(number ORDER BY turn) AS numbers, array_agg(event ORDER BY turn) AS evidence,
               avg(number)::float8 AS mean, count(*) = count(number) AS is_known,
               avg(sqrt(least(number, expected)::float8 / greatest(number, expected))) AS alike
        FROM (SELECT DISTINCT ON (turn) turn, number, date, event,
                     least(greatest(number, least(neighbour_before, neighbour_after)),
                           greatest(neighbour_before, neighbour_after)) AS expected
              FROM unnest(turns, people, dates, events) WITH ORDINALITY AS cell (turn, number, date, event, place)
              WHERE turn <@ gap ORDER BY turn, place) AS cells
    ) AS within
    CROSS JOIN LATERAL (
        SELECT (SELECT count(DISTINCT turn) FROM unnest(usual) AS turn WHERE turn <@ year) AS often,
               (SELECT count(DISTINCT turn) FROM unnest(turns) AS turn WHERE turn <@ year AND NOT turn <@ gap) AS seldom,
               (SELECT avg((turn <@ away)::int)::float8 FROM unnest(turns) AS turn WHERE turn <@ year) AS absent
        FROM (SELECT int4range(lower(gap) - 12, upper(gap) + 12) AS year) AS years
    ) AS around
    WHERE within.is_known AND within.alike >= 0.5 AND around.absent >= 0.5 AND 2 * around.seldom < around.often
), listed AS MATERIALIZED (
    SELECT contributor, lower(name) COLLATE "C" AS name, since, until FROM un_list()
), candidates AS MATERIALIZED (
    SELECT likely.*, places, own.contributor_as_published AS as_published,
           beside.contributor_as_published AS neighbour_as_published
    FROM likely
    JOIN strength_returns AS own ON own.event = evidence[1]
    JOIN strength_returns AS beside ON beside.event = event_before
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT name FROM listed WHERE listed.contributor = likely.contributor
                            AND since <= date AND until > date), lower(own.contributor_as_published)) AS one,
               coalesce((SELECT name FROM listed WHERE listed.contributor = likely.neighbour
                            AND since <= date AND until > date), lower(beside.contributor_as_published)) AS two
    ) AS spelled
    CROSS JOIN LATERAL (
        SELECT 1 + count(*)::int AS places FROM listed
        WHERE since <= date AND until > date AND name > least(one, two) AND name < greatest(one, two)
    ) AS apart
    WHERE places <= 8
), scored AS MATERIALIZED (
    SELECT candidates.*,
           round(100 * alike * filled / missing * absent * (1.05 - 0.05 * places)
                 * (1 - 0.1 * greatest(missing - 3, 0)) * (1 - 0.3 / mean))::int AS score
    FROM candidates CROSS JOIN LATERAL (
        SELECT count(DISTINCT turn) AS filled FROM candidates AS other CROSS JOIN LATERAL unnest(other.at) AS turn
        WHERE (other.mission, other.personnel_type, other.neighbour, other.gap)
            = (candidates.mission, candidates.personnel_type, candidates.neighbour, candidates.gap)
    ) AS filled
), credible AS MATERIALIZED (
    SELECT * FROM scored
    WHERE score >= 40 AND NOT EXISTS (
        SELECT FROM scored AS slipped
        WHERE slipped.score >= 40 AND slipped.contributor = scored.neighbour
          AND (slipped.mission, slipped.personnel_type) = (scored.mission, scored.personnel_type)
          AND slipped.at && ARRAY[lower(scored.gap) - 1, upper(scored.gap)]
    )
)
SELECT date, date_until, mission, personnel_type, contributor, as_published, numbers[1] AS people,
       numbers AS people_each, neighbour, neighbour_as_published, date_before, neighbour_before, missing, date_after,
       neighbour_after, places, score,
       neighbour_as_published || ' had ' || neighbour_before || ' on ' || date_before || ', is missing from '
           || CASE missing WHEN 1 THEN 'the next return' ELSE 'the next ' || missing || ' returns' END
           || ', and had ' || neighbour_after || ' on ' || date_after || '. ' || as_published || ', '
           || CASE places WHEN 1 THEN 'next to it' ELSE places || ' places from it' END || ' in the UN''s list, had '
           || array_to_string(numbers, ', ') || CASE missing WHEN 1 THEN ' in it' ELSE ' in ' || returns || ' of them' END
           || CASE absent WHEN 1 THEN ', and nobody here, a year around, but where that State is missing.'
              ELSE '; of its returns here, a year around, ' || round(100 * absent) || ' % fall into gaps of that State.'
              END AS reason,
       (event_before || evidence || event_after)::text[] AS events, 'R5' AS raise, returns,
       EXISTS (SELECT FROM parked WHERE room = 'deployments'
               AND stream IN ('contributor/' || contributor, 'contributor/' || neighbour)) AS incomplete
FROM credible
WHERE NOT EXISTS (
          SELECT FROM credible AS better
          WHERE better.score > credible.score AND better.at && credible.at
            AND (better.mission, better.personnel_type) = (credible.mission, credible.personnel_type)
            AND (better.contributor = credible.contributor
                 OR (better.neighbour, better.gap) = (credible.neighbour, credible.gap))
      )
  AND (:since::date IS NULL OR date_until >= :since::date)
  AND (:contributor::text IS NULL OR :contributor::text IN (contributor, neighbour))
