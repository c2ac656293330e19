-- Who sees which rows, as policies of the tables (docs/decisions/0024-scope-is-a-policy-of-each-table.md): whoever reads
-- every State, all; whoever logged in as a role of its own States, theirs; the query API on behalf of somebody, those that
-- it names. The owner writes, unless it is a function of the owner that runs for somebody else. Nobody else sees a row.
-- A rule says when a row belongs to one of `<states>`. Where it looks into another table, it sees there what that table's
-- policy lets it see, so a State is written down once. What is asked once for a query stands in a SELECT of its own, or it
-- would be asked for each row. `<table>` is the table, or its history, which has the same rules.
CREATE OR REPLACE FUNCTION set_policies() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    own CONSTANT text := '(SELECT scopes.own_states())::text[]';
    named CONSTANT text := '(SELECT string_to_array(current_setting(''forcegen.contributors'', true), '',''))::text[]';
    the record;
    target text;
BEGIN
    FOR the IN SELECT * FROM scope_rules() LOOP
        FOREACH target IN ARRAY ARRAY[the.name, the.name || '_history'] LOOP
            CONTINUE WHEN to_regclass(target) IS NULL;
            EXECUTE format('ALTER TABLE %1$I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;'
                           'DROP POLICY IF EXISTS owner ON %1$I; DROP POLICY IF EXISTS every_state ON %1$I;'
                           'DROP POLICY IF EXISTS own_states ON %1$I; DROP POLICY IF EXISTS named_states ON %1$I;'
                           'CREATE POLICY owner ON %1$I TO CURRENT_USER USING (session_user = %4$L);'
                           'CREATE POLICY every_state ON %1$I FOR SELECT TO every_state_reader USING (true);'
                           'CREATE POLICY own_states ON %1$I FOR SELECT TO own_states_reader USING (%2$s);'
                           'CREATE POLICY named_states ON %1$I FOR SELECT TO named_states_reader USING (%3$s)',
                           target, replace(replace(the.rule, '<table>', target), '<states>', own),
                           replace(replace(the.rule, '<table>', target), '<states>', named), current_user);
        END LOOP;
    END LOOP;
END $$;
