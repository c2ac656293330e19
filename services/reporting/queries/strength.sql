-- Question 1: how many are where on a day. Each row adds up tours that are present, so the rows add up to the total.
SELECT present.contributor, present.mission, category, rank, sum(headcount)::int AS people, count(*)::int AS tours
FROM stays_on(:as_of::date) AS present JOIN tours ON tours.id = present.tour
WHERE (:contributor::text IS NULL OR present.contributor = :contributor::text)
  AND (:missions::text[] IS NULL OR present.mission = ANY (:missions::text[]))
  AND (:categories::text[] IS NULL OR category = ANY (:categories::text[]))
  AND (:mandate::text IS NULL OR mandate = :mandate::text)
  AND (:line::text IS NULL OR line = :line::text)
GROUP BY present.contributor, present.mission, category, rank
