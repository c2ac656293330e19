-- Where people are on a day: the stays that hold it.
CREATE OR REPLACE FUNCTION stays_on(as_of date)
RETURNS TABLE (
    tour text, mission text, valid_from date, contributor text, line text, category text, rank text, headcount integer,
    person text, leaves_on date
) LANGUAGE sql STABLE AS $$
    SELECT stay.tour, stay.mission, stay.valid_from, stay.contributor, stay.line, stay.category, stay.rank,
           stay.headcount, stay.person, stay.leaves_on
    FROM stays_between(as_of, as_of) AS stay
$$;
