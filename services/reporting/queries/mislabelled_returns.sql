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
-- Their product in percent is the score; from 40 on it is raised. Of two readings of one row, the higher score counts;
-- and a row that is itself in the wrong place is no neighbour that was there before and after. A total of 0 is nobody; an
-- unknown one is somebody, of no known number. docs/how-to/ask-for-reports.md says what the rule finds in the returns of
-- 2009 to 2014.
WITH {include mislabelled_returns_series}, {include mislabelled_returns_gaps}, {include mislabelled_returns_likely}, {include mislabelled_returns_candidates}, scored AS MATERIALIZED (
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
       EXISTS (SELECT FROM parked WHERE service = 'deployments'
               AND stream IN ('contributor/' || contributor, 'contributor/' || neighbour)) AS incomplete
FROM credible
WHERE NOT EXISTS (
          SELECT FROM credible AS better
          WHERE better.score > credible.score AND better.at && credible.at
            AND (better.mission, better.personnel_type) = (credible.mission, credible.personnel_type)
            AND (better.contributor = credible.contributor
                 OR (better.neighbour, better.gap) = (credible.neighbour, credible.gap))
      )
  AND {since? date_until >= :since::date}
  AND {contributor? :contributor::text IN (contributor, neighbour)}
