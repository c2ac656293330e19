-- Number what a batch has set, one change for each view and State, keep the newest, and wake who follows when this commits.
WITH head AS (
    UPDATE change_head SET last = last + cardinality(:views::text[]) RETURNING last
), numbered AS (
    INSERT INTO changes (number, view, contributor, ids, rows)
    SELECT head.last - cardinality(:views::text[]) + nth, view, contributor, ids, rows
    FROM head, unnest(:views::text[], :contributors::text[], :ids::json[], :rows::int[])
        WITH ORDINALITY AS set (view, contributor, ids, rows, nth)
), forgotten AS (
    DELETE FROM changes USING head WHERE number <= head.last - :kept::bigint
)
SELECT pg_notify('forcegen_changes', '') FROM head
