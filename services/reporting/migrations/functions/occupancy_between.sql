CREATE OR REPLACE FUNCTION occupancy_between(as_of date, of_lines text[], of_contributors text[], begins date)
RETURNS TABLE (line text, mission text, valid_from date, valid_to date, people integer, "limit" integer)
LANGUAGE sql STABLE AS $$
    SELECT step.line, nullif(step.mission, ''), greatest(step.valid_from, begins),
           CASE WHEN step.valid_to <= as_of THEN step.valid_to END, step.people, step."limit"
    FROM line_occupancy AS step
    WHERE step.line = ANY (of_lines) AND step.valid_to > begins AND step.valid_from <= as_of
$$;
