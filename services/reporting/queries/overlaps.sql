-- What must never be: two rows of one thing on record at the same instant, or one tour in two places on the same day.
-- Operators can run it at any time; it reads every row, so not for every page. No row is the answer that is wanted.
SELECT * FROM overlapping_periods() ORDER BY view, thing, system_from
