-- As known at an instant: by counting the stays.
DO $$
BEGIN
    EXECUTE format($make$
        CREATE OR REPLACE FUNCTION %1$I.people_on(as_of date)
        RETURNS TABLE (contributor text, line text, mission text, people integer) LANGUAGE sql STABLE AS $counted$
            SELECT stay.contributor, stay.line, own.mission, sum(stay.headcount)::int
            FROM stays_on(as_of) AS stay CROSS JOIN LATERAL (VALUES (NULL), (stay.mission)) AS own (mission)
            GROUP BY stay.contributor, stay.line, own.mission
        $counted$ $make$, current_schema() || '_known');
END $$;
