-- Number what a batch has set, one change for each view, keep the newest, and wake who follows when this commits.
WITH head AS (
    UPDATE change_head SET last = last + cardinality(:views::text[]) RETURNING last
), numbered AS (
    INSERT INTO changes (number, view, ids, rows)
    SELECT head.last - cardinality(:views::text[]) + nth, view, ids, rows
    FROM head, unnest(:views::text[], :ids::json[], :rows::int[]) WITH ORDINALITY AS set (view, ids, rows, nth)
), forgotten AS (
    DELETE FROM changes USING head WHERE number <= head.last - :kept::bigint
)
SELECT pg_notify('forcegen_changes', '') FROM head
