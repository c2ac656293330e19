-- Every version of each stay that was ever on record, with the period in which it was the newest: what a number was made
-- of at any instant. `facts` begins with the event that began the stay.
CREATE OR REPLACE FUNCTION stay_versions()
RETURNS TABLE (
    tour text, nth integer, mission text, valid_from date, valid_to date, facts text[], contributor text, line text,
    category text, rank text, headcount integer, system_from timestamptz, system_to timestamptz
) LANGUAGE sql STABLE AS $$
    SELECT tour, nth, mission, valid_from, valid_to, facts, contributor, line, category, rank, headcount, system_from,
           'infinity'::timestamptz
    FROM stays
    UNION ALL
    SELECT tour, nth, mission, valid_from, valid_to, facts, contributor, line, category, rank, headcount, system_from,
           system_to
    FROM stays_history
$$;
