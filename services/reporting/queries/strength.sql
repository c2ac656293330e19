-- Question 1: how many are where on a day. Each row adds up stays that hold the day, so the rows add up to the total.
SELECT contributor, mission, category, rank, sum(headcount)::int AS people, count(*)::int AS tours
FROM stays_on(:as_of::date)
WHERE (:contributor::text IS NULL OR contributor = :contributor::text)
  AND (:missions::text[] IS NULL OR mission = ANY (:missions::text[]))
  AND (:categories::text[] IS NULL OR category = ANY (:categories::text[]))
  AND (:mandate::text IS NULL OR split_part(line, '/', 1) = :mandate::text)
  AND (:line::text IS NULL OR line = :line::text)
GROUP BY contributor, mission, category, rank
