-- Set the steps of some lines from a day of each on, from the people of the step before it and from what changes since.
-- Planned once, for few rows of each line: Postgres cannot know that there are few, whatever the arrays hold.
CREATE OR REPLACE FUNCTION renew_occupancy(of_lines text[], from_days date[]) RETURNS void LANGUAGE sql
SET plan_cache_mode = force_generic_plan SET random_page_cost = 1.1 AS $$
    DELETE FROM line_occupancy USING unnest(of_lines, from_days) AS asked (line, begins)
    WHERE line_occupancy.line = asked.line AND line_occupancy.valid_from >= asked.begins;

    INSERT INTO line_occupancy (line, mission, valid_from, valid_to, people, "limit")
    SELECT * FROM occupancy_from(of_lines, from_days);

    UPDATE line_occupancy AS kept SET valid_to = coalesce((
        SELECT min(step.valid_from) FROM line_occupancy AS step
        WHERE step.line = kept.line AND step.mission = kept.mission AND step.valid_from >= asked.begins), 'infinity')
    FROM unnest(of_lines, from_days) AS asked (line, begins)
    WHERE kept.line = asked.line AND kept.valid_to >= asked.begins AND kept.valid_from < asked.begins;
$$;
