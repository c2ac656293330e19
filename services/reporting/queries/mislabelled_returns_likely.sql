-- Those that appear with a like number and are seldom there otherwise.
likely AS MATERIALIZED (
    SELECT appearing.*, within.*, around.absent
    FROM appearing
    CROSS JOIN LATERAL (
        SELECT count(*)::int AS returns, min(date) AS date, max(date) AS date_until, array_agg(turn) AS at,
               array_agg(number ORDER BY turn) AS numbers, array_agg(event ORDER BY turn) AS evidence,
               avg(number)::float8 AS mean, count(*) = count(number) AS is_known,
               avg(sqrt(least(number, expected)::float8 / greatest(number, expected))) AS alike
        FROM (SELECT DISTINCT ON (turn) turn, number, date, event,
                     least(greatest(number, least(neighbour_before, neighbour_after)),
                           greatest(neighbour_before, neighbour_after)) AS expected
              FROM unnest(turns, people, dates, events) WITH ORDINALITY AS cell (turn, number, date, event, place)
              WHERE turn <@ gap ORDER BY turn, place) AS cells
    ) AS within
    CROSS JOIN LATERAL (
        SELECT (SELECT count(DISTINCT turn) FROM unnest(usual) AS turn WHERE turn <@ year) AS often,
               (SELECT count(DISTINCT turn) FROM unnest(turns) AS turn WHERE turn <@ year AND NOT turn <@ gap) AS seldom,
               (SELECT avg((turn <@ away)::int)::float8 FROM unnest(turns) AS turn WHERE turn <@ year) AS absent
        FROM (SELECT int4range(lower(gap) - 12, upper(gap) + 12) AS year) AS years
    ) AS around
    WHERE within.is_known AND within.alike >= 0.5 AND around.absent >= 0.5 AND 2 * around.seldom < around.often
)
