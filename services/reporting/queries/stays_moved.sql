-- From which day on the stays that a batch is about to set change how many are on each line.
SELECT line, min(day) AS day
FROM (
    SELECT new.line, CASE
               WHEN (old.since, old.mission, old.headcount) IS DISTINCT FROM (new.since, new.mission, new.headcount)
               THEN least(old.since, new.since)
               WHEN old.until IS DISTINCT FROM new.until THEN least(old.until, new.until) END AS day
    FROM new_tour_missions AS new LEFT JOIN tour_missions AS old ON old.tour = new.tour AND old.nth = new.nth
) AS moved
WHERE day IS NOT NULL GROUP BY line
