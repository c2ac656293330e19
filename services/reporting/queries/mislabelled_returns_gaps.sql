-- Gaps of one State, and the others that appear within them.
gaps AS MATERIALIZED (
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
)
