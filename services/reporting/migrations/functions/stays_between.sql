-- Where people were at any time between two days, both included.
CREATE OR REPLACE FUNCTION stays_between(first_day date, last_day date)
RETURNS TABLE (
    tour text, nth integer, mission text, valid_from date, valid_to date, contributor text, line text, category text,
    rank text, headcount integer, person text, leaves_on date
) LANGUAGE sql STABLE AS $$
    SELECT tour, nth, mission, valid_from, valid_to, contributor, line, category, rank, headcount, person, leaves_on
    FROM stays WHERE valid_to IS NULL AND valid_from <= last_day
    UNION ALL
    SELECT tour, nth, mission, valid_from, valid_to, contributor, line, category, rank, headcount, person, leaves_on
    FROM stays WHERE valid_to > first_day AND valid_from <= last_day AND valid_from < valid_to
$$;
