-- The number of the newest change, and of the oldest that is kept.
SELECT last, coalesce((SELECT min(number) FROM changes), last + 1) AS first FROM change_head
