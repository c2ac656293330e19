-- On what it rests that nothing happened: whether anything is on record by the day at all, and of which days it is.
SELECT (newest.day IS NOT NULL)::int AS compared, oldest.day AS first_day, newest.day AS last_day
FROM (SELECT) AS whole
LEFT JOIN LATERAL (SELECT day FROM events WHERE {contributor? contributor = :contributor::text}
                   ORDER BY day LIMIT 1) AS oldest ON true
LEFT JOIN LATERAL (SELECT day FROM events WHERE day <= :as_of::date AND {contributor? contributor = :contributor::text}
                   ORDER BY day DESC LIMIT 1) AS newest ON true
