-- How many were on each line on a day, in all (an empty mission) and in each mission that has a ceiling of its own: by
-- the steps; as known at an instant, by counting the stays.
CREATE OR REPLACE FUNCTION people_on(as_of date)
RETURNS TABLE (contributor text, line text, mission text, people integer) LANGUAGE sql STABLE AS $$
    SELECT lines.contributor, step.line, nullif(step.mission, ''), step.people
    FROM mandate_lines AS lines JOIN line_occupancy AS step ON step.line = lines.id
    WHERE step.valid_to > as_of AND step.valid_from <= as_of
$$;
