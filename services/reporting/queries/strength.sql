-- Question 1: how many are where on a day. Each row adds up stays that hold the day, so the rows add up to the total.
-- Among them are those who are overdue: the end of their tour, as it was decided by the day, has passed, and they are there.
WITH {include decided_later}
SELECT contributor, mission, category, rank, sum(headcount)::int AS people, count(*)::int AS tours,
       coalesce(sum(headcount) FILTER (WHERE coalesce(old_departs_on, leaves_on) <= :as_of::date), 0)::int AS overdue
FROM stays_on(:as_of::date) LEFT JOIN later USING (tour)
WHERE {contributor? contributor = :contributor::text}
  AND {missions? mission = ANY (:missions::text[])}
  AND {categories? category = ANY (:categories::text[])}
  AND {mandate? split_part(line, '/', 1) = :mandate::text}
  AND {line? line = :line::text}
GROUP BY contributor, mission, category, rank
