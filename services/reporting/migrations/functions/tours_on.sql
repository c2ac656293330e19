-- Tours as they stood on a day, with what was then known to have happened by effective date.
CREATE OR REPLACE FUNCTION tours_on(as_of date)
RETURNS TABLE (tour text, stood text, mission text) LANGUAGE sql STABLE AS $$
    SELECT tours.id,
           CASE WHEN tours.cancelled_on <= as_of THEN 'cancelled'
                WHEN tours.departed_on <= as_of THEN 'departed'
                WHEN tours.arrived_on <= as_of THEN 'present'
                WHEN tours.arrives_on IS NOT NULL THEN 'scheduled'
                ELSE 'planned' END,
           coalesce(present.mission, tours.mission)
    FROM tours LEFT JOIN stays_on(as_of) AS present ON present.tour = tours.id
$$;
