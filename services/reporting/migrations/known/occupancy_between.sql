-- As known at an instant: by the sweep.
DO $$
BEGIN
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION'
        ' %1$I.occupancy_between(as_of date, of_lines text[], of_contributors text[], begins date) RETURNS '
        'TABLE (line text, mission text, valid_from date, valid_to date, people integer, "limit" integer)'
        ' LANGUAGE sql STABLE AS ''SELECT * FROM occupancy_swept(as_of, of_lines, of_contributors, begins)''',
        current_schema() || '_known');
END $$;
