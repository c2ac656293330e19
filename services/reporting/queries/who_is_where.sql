-- Question 1 in detail: the tours behind each number of the strength report, one row for each.
SELECT contributor, mission, category, rank, line, split_part(tour, '/', 3) AS tour, tour AS id, valid_from AS since,
       headcount AS people, 1 AS tours
FROM stays_on(:as_of::date)
WHERE {contributor? contributor = :contributor::text}
  AND {missions? mission = ANY (:missions::text[])}
  AND {categories? category = ANY (:categories::text[])}
  AND {mandate? split_part(line, '/', 1) = :mandate::text}
  AND {line? line = :line::text}
