-- What a page stands for where nothing else is asked: the first day on record, the mission with the most people on the
-- day, the newest return until it.
SELECT (SELECT min(day) FROM events WHERE {contributor? contributor = :contributor::text}) AS first_day,
       (SELECT mission FROM stays_on(:as_of::date) WHERE {contributor? contributor = :contributor::text}
        GROUP BY mission ORDER BY sum(headcount) DESC, mission LIMIT 1) AS fullest_mission,
       (SELECT max(as_of) FROM strength_returns
        WHERE as_of <= :as_of::date AND {contributor? contributor = :contributor::text}) AS newest_return
