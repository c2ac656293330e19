-- Raise R5: a known mislabelling in published returns: one State's numbers stand in the row of its neighbour in the
-- alphabet. Told where a neighbour who had people in the return before has none in this one, while the contributor's
-- whole row rises by half or more, and by half or more of what the neighbour had. Neighbours are those that stand next
-- to each other, by the names as published, in the two returns together. An unknown total tells nothing.
WITH newest AS (
    SELECT *
    FROM (SELECT *,
                 dense_rank() OVER (PARTITION BY contributor, as_of ORDER BY published_at DESC) AS age
          FROM strength_returns
          WHERE as_of <= :as_of::date
            AND published_at < coalesce(:published_before::timestamptz, 'infinity')) AS vintages
    WHERE age = 1
), whole AS (
    SELECT contributor, as_of AS date, min(contributor_as_published) AS name, sum(total) AS people,
           count(*) = count(total) AS is_known
    FROM newest GROUP BY contributor, as_of
), turns AS (
    SELECT date, lag(date) OVER (ORDER BY date) AS before FROM (SELECT DISTINCT date FROM whole) AS dates
), pairs AS (
    SELECT turns.date, turns.before, contributor,
           coalesce(now.name, earlier.name) AS name, earlier.contributor IS NULL AS was_absent,
           coalesce(earlier.people, 0) AS people_before, coalesce(now.people, 0) AS people,
           coalesce(now.is_known, true) AND coalesce(earlier.is_known, true) AS is_known
    FROM turns
    CROSS JOIN LATERAL (
        SELECT contributor FROM whole WHERE whole.date IN (turns.date, turns.before) GROUP BY contributor
    ) AS named
    LEFT JOIN whole AS now USING (contributor, date)
    LEFT JOIN LATERAL (SELECT * FROM whole AS told
                       WHERE told.contributor = named.contributor AND told.date = turns.before) AS earlier
        USING (contributor)
    WHERE turns.before IS NOT NULL
), placed AS (
    SELECT *, dense_rank() OVER (PARTITION BY date ORDER BY lower(name), contributor) AS place FROM pairs
)
SELECT jumped.date, jumped.before AS date_before, jumped.contributor, jumped.name AS as_published,
       jumped.people_before, jumped.people, jumped.people - jumped.people_before AS rise,
       vanished.contributor AS neighbour, vanished.name AS neighbour_as_published,
       vanished.people_before AS neighbour_before, 'R5' AS raise, 1 AS returns,
       EXISTS (SELECT FROM parked WHERE room = 'deployments'
               AND stream IN ('contributor/' || jumped.contributor, 'contributor/' || vanished.contributor))
           AS incomplete
FROM placed AS jumped JOIN placed AS vanished
  ON vanished.date = jumped.date AND abs(vanished.place - jumped.place) = 1
WHERE jumped.is_known AND vanished.is_known
  AND vanished.people = 0 AND vanished.people_before > 0
  AND jumped.people > jumped.people_before
  AND 2 * (jumped.people - jumped.people_before) >= jumped.people_before
  AND 2 * (jumped.people - jumped.people_before) >= vanished.people_before
  AND (:since::date IS NULL OR jumped.date >= :since::date)
  AND (:contributor::text IS NULL OR :contributor::text IN (jumped.contributor, vanished.contributor))
