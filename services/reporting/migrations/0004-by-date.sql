-- depends: 0003-log
-- What "on a date" means, said once: the reports and the lists build on these.

-- Present on a day: arrived by then and not departed by then, in the mission of the period that the day falls into.
CREATE OR REPLACE FUNCTION present_on(as_of date)
RETURNS TABLE (tour text, mission text, since date) LANGUAGE sql STABLE AS $$
    SELECT tour_missions.tour, tour_missions.mission, tour_missions.since
    FROM tour_missions
    WHERE tour_missions.until IS NULL AND tour_missions.since <= as_of
    UNION ALL
    SELECT tour_missions.tour, tour_missions.mission, tour_missions.since
    FROM tour_missions
    WHERE tour_missions.until > as_of AND tour_missions.since <= as_of
$$;

-- The terms of each line on a day: the newest that begin by then; for a line that begins later, its first ones.
CREATE OR REPLACE FUNCTION terms_on(as_of date)
RETURNS SETOF line_terms LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (line) line_terms.*
    FROM line_terms
    ORDER BY line, (line_terms.since <= as_of) DESC,
             CASE WHEN line_terms.since <= as_of THEN line_terms.since END DESC,
             CASE WHEN line_terms.since > as_of THEN line_terms.since END,
             version DESC
$$;

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
    FROM tours LEFT JOIN present_on(as_of) AS present ON present.tour = tours.id
$$;

-- A line is in force on a day from the day of its act until it ends, within the days that its terms name.
CREATE OR REPLACE FUNCTION line_in_force(line mandate_lines, terms line_terms, as_of date)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT line.since <= as_of AND (line.ends_on IS NULL OR line.ends_on > as_of)
       AND terms.valid_from <= as_of AND (terms.valid_until IS NULL OR terms.valid_until > as_of)
$$;
