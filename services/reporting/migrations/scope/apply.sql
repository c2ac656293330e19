-- Where the administrator has not made the roles of scopes, as in a database that only checks a receipt, there is nobody
-- whose reading could be narrowed. The service starts nowhere else without them (services/reporting/scope.py).
DO $$
BEGIN
    IF to_regrole('named_states_reader') IS NOT NULL AND to_regproc('scopes.own_states') IS NOT NULL THEN
        PERFORM set_policies(), set_rights();
    END IF;
END $$;
-- What only earlier policies used.
DROP FUNCTION IF EXISTS unnamed_event_is_seen(text, text, text);
