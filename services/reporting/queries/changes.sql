-- The changes behind a number, in order.
SELECT number, view, contributor, ids, rows, recorded
FROM changes WHERE number > :after::bigint ORDER BY number LIMIT :limit::int
