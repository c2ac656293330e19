"""The guards of scope by State: each is taken out of a copy of the source, and a test that names it must fail.

`make scope-guards` (ARGS="--only waits" for some) runs tests of `tests/scope` without one guard at a time. That each
guard stands in the source exactly once is held by `tests/hostile/test_guards.py`.
"""

import sys
from typing import Final

from tests.hostile.guards import Edit, Guard, main

SQL = "services/reporting/migrations"
TESTS = "tests/scope/test_"


def _without(name: str, search: str, file: str, text: str, instead: str) -> Guard:
    return Guard(name, "", (Edit(file, text, instead),), f"{TESTS}{search}")


POLICIES, RULES = f"{SQL}/scope/policies.sql", f"{SQL}/scope/rules.sql"
UNNAMED, ANALYSTS = f"{SQL}/scope/unnamed_event_is_seen.sql", "services/reporting/analysts/generate.py"
SCOPES = "kernel/store/scopes.py"
READ_SCOPE = "services/reporting/query/scope.py"
NEGATIVES, SIDE, TAKEN = "sql_negatives.py", "http_side_channels.py", "taken_connections.py"
SCOPE_GUARDS: Final = (
    _without("forced on the owner", NEGATIVES, POLICIES, ", FORCE ROW LEVEL SECURITY", ""),
    _without("the owner itself, not for others", NEGATIVES, POLICIES, "USING (session_user = %4$L)", "USING (true)"),
    _without(
        "who logged in, not a setting",
        NEGATIVES,
        POLICIES,
        "'(SELECT scopes.own_states())::text[]'",
        "'(SELECT string_to_array(current_setting(''forcegen.contributors'', true), '',''))::text[]'",
    ),
    _without("histories", "sql_objects.py", POLICIES, "ARRAY[the.name, the.name || '_history']", "ARRAY[the.name]"),
    _without("a table with its mandate's State", "sql_objects.py", RULES, "'line_terms', ", ""),
    _without("a vacancy for one State", "sql_objects.py", RULES, "'application IS NULL'", "'true'"),
    _without("events that name tours", "sql_objects.py", UNNAMED, "|MissionStatusChanged)", "|[A-Za-z]+)"),
    _without(
        "known views of their caller", "catalogue.py", f"{SQL}/known/views.sql", " WITH (security_invoker = true)", ""
    ),
    _without("functions of their caller", "catalogue.py", ANALYSTS, "SECURITY INVOKER", "SECURITY DEFINER"),
    _without(
        "rights on tables one by one",
        "catalogue.py",
        f"{SQL}/scope/rights.sql",
        "AND (\n        tablename IN",
        "OR (\n        tablename IN",
    ),
    _without(
        "no inherited policy",
        "catalogue.py",
        SCOPES,
        "{watched_by} WITH INHERIT FALSE",
        "{watched_by} WITH INHERIT TRUE",
    ),
    _without("CONNECT", "rights.py", "kernel/store/provisioning.py", "REVOKE CONNECT, TEMPORARY", "REVOKE TEMPORARY"),
    _without(
        "locks and large objects",
        "rights.py",
        "kernel/store/provisioning.py",
        'f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC"',
        'f"GRANT EXECUTE ON FUNCTION {function} TO PUBLIC"',
    ),
    _without(
        "connections of another role",
        SIDE,
        READ_SCOPE,
        "self.unscoped if scope is None else self.scoped",
        "self.unscoped",
    ),
    _without("nothing is left named", TAKEN, READ_SCOPE, "_NAMED.reset(before)", "pass"),
    _without("begins anew", TAKEN, READ_SCOPE, "{connection.get_reset_query()}SET", "SET"),
    _without("codes alone", TAKEN, READ_SCOPE, "if not all(", "if False and not all("),
    _without(
        "names by scope",
        SIDE,
        "services/reporting/reports/validation.py",
        "{(session.scope, kind, name, instant)",
        "{(None, kind, name, instant)",
    ),
    _without(
        "suggestions by scope",
        "http.py::test_no_suggestion_names_what_another_state_has_on_record",
        READ_SCOPE,
        "pool = self.unscoped if scope is None else self.scoped",
        "pool = self.unscoped",
    ),
    _without(
        "waits by scope",
        SIDE,
        "services/reporting/query/consistency.py",
        "async with self.pools.connection(scope)",
        "async with self.pools.connection(None)",
    ),
    _without("changes of a State", SIDE, "services/reporting/query/change_feed.py", "return is_seen and (", "return ("),
    _without(
        "changes by State",
        SIDE,
        "services/reporting/projector/record.py",
        "ids.setdefault((table, scopes[key]), [])",
        'ids.setdefault((table, "*"), [])',
    ),
    _without("a receipt's States", SIDE, "services/reporting/reports/receipts.py", "else sorted(scope)", "else None"),
)

if __name__ == "__main__":
    sys.exit(main(SCOPE_GUARDS))
