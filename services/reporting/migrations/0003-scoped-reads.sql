-- What a reader of one State is slowed down by, taken away. Behind a policy, Postgres uses no index with a condition that
-- might leak a row that the policy withholds: only conditions whose operators are LEAKPROOF. Those on days and texts are;
-- those on ranges are not, and neither is COALESCE. So periods are found by their two days, and the functions that two
-- indexes are made of have the same values as before by LEAST alone, which passes over NULL.

CREATE OR REPLACE FUNCTION over_on(departed_on date, cancelled_on date)
RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(departed_on, cancelled_on, 'infinity')
$$;

CREATE OR REPLACE FUNCTION settled_on(arrived_on date, cancelled_on date)
RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(arrived_on, cancelled_on, 'infinity')
$$;

DROP INDEX stays_past;
CREATE INDEX stays_past ON stays USING gist (contributor, valid_from, valid_to) WHERE valid_to IS NOT NULL;

-- What the policy of events looks at is in one column, so that it fits into the indexes from which events are counted
-- without a look at their table: of an event that names no State its stream, and of a mission's its type; of others
-- nothing (scope/unnamed_event_is_seen.sql).
ALTER TABLE events ADD COLUMN unnamed text GENERATED ALWAYS AS (
    CASE WHEN contributor IS NOT NULL THEN '' WHEN starts_with(stream, 'mission/') THEN 'mission/' || type ELSE stream END
) STORED;
DROP INDEX events_of_state;
CREATE INDEX events_of_state ON events (contributor, day, service, position) INCLUDE (recorded, unnamed)
    WHERE contributor IS NOT NULL;
DROP INDEX events_of_aggregate;
CREATE INDEX events_of_aggregate ON events (aggregate_id, service)
    INCLUDE (position, day, type, recorded, contributor, unnamed)
    WHERE aggregate_id IS NOT NULL;
