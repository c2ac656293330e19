-- What the scoped roles may read at all: tables whose rows a policy guards, and those of what the UN does. What a process
-- keeps of its own doings, dead letters, and who follows what, are not among them. Of events that wait, reports say that
-- there are some; SQL shows where they wait and not what they say.
CREATE OR REPLACE FUNCTION set_rights() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    here text := current_schema();
    register text;
BEGIN
    SELECT string_agg(format('%I', tablename), ', ') INTO register FROM pg_tables
    WHERE schemaname = here AND tablename NOT IN ('parked', 'stream_versions') AND (
        tablename IN ('missions', 'mission_statuses', 'missions_history', 'mission_statuses_history')
        OR regexp_replace(tablename, '_history$', '') IN (SELECT name FROM scope_rules()));
    EXECUTE format('GRANT USAGE ON SCHEMA %1$I, %2$I TO every_state_reader, own_states_reader, named_states_reader;'
                   'GRANT SELECT ON %3$s TO every_state_reader, own_states_reader, named_states_reader;'
                   'GRANT SELECT ON ALL TABLES IN SCHEMA %2$I TO every_state_reader, own_states_reader, named_states_reader;'
                   'GRANT SELECT (service, stream, version) ON parked TO every_state_reader, own_states_reader;'
                   'GRANT SELECT ON parked, stream_versions, consumed TO named_states_reader',
                   here, here || '_known', register);
END $$;
