"""Every object of the database, and what each role may do with it: what the server says, and what it does."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg

from kernel.sql import queries
from tests.access.conftest import DATABASE, STATE_ANALYST, STRANGER, Whole
from tests.access.pairs import REFUSED, WORKS, Attempt, Door
from tests.servers import PASSWORD

PAGE: Final = Path(__file__).parents[2] / "docs/reference/sql-rights.md"
ACTIONS: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys(
        ("table", "view", "materialized view", "foreign table"),
        ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"),
    ),
    "sequence": ("USAGE", "SELECT", "UPDATE"),
    "function": ("EXECUTE",),
    "type": ("USAGE",),
    "schema": ("USAGE", "CREATE"),
    "database": ("CONNECT", "CREATE", "TEMPORARY"),
}
"""What may be granted, by kind of object; other kinds are only listed."""
OF_COLUMNS: Final = tuple(f"{action} of some columns" for action in ("SELECT", "INSERT", "UPDATE", "REFERENCES"))
ROLE: Final = "a State's analysts"
"""What the page calls a role of FORCEGEN_STATE_ANALYSTS."""
STATEMENTS: Final[Mapping[str, str]] = {
    "SELECT": "SELECT * FROM {name} LIMIT 1",
    "INSERT": "INSERT INTO {name} ({column}) SELECT NULL WHERE false",
    "UPDATE": "UPDATE {name} SET {column} = {column} WHERE false",
    "DELETE": "DELETE FROM {name} WHERE false",
    "TRUNCATE": "TRUNCATE {name}",
    "TRIGGER": "CREATE TRIGGER added BEFORE UPDATE ON {name} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "USAGE": "SELECT nextval('{name}')",
    "CREATE": "CREATE TABLE {name}.added ()",
}
LIFTED: Final = (
    "SET default_transaction_read_only = off; SET statement_timeout = 0; SET forcegen.known_at = '2030-01-01'"
)
"""What every role may lift by itself."""
DONE: Final = "FGOK0"
"""An SQLSTATE of our own: the statement was executed, and is taken back."""
TRIES: Final = """
DO $tries$ DECLARE one text; state text; answers text[] := '{}'; BEGIN
    FOR one IN SELECT json_array_elements_text(current_setting('tried.statements')::json) LOOP
        BEGIN
            EXECUTE one; RAISE EXCEPTION USING ERRCODE = 'FGOK0';
        EXCEPTION WHEN OTHERS THEN
            state := CASE SQLSTATE WHEN 'FGOK0' THEN SQLSTATE ELSE SQLSTATE || ' ' || SQLERRM END;
            answers := answers || state;
        END;
    END LOOP;
    PERFORM set_config('tried.answers', to_json(answers)::text, false);
END $tries$
"""


def principal_of(role: str) -> str:
    return ROLE if role == STATE_ANALYST else role


def role_of(principal: str) -> str:
    return STATE_ANALYST if principal == ROLE else principal


def table() -> dict[str, dict[str, list[str]]]:
    """What the page says: by kind and name of an object, who may do what. An owner may do everything."""
    rights: dict[str, dict[str, list[str]]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("| ") or line.startswith(("| kind", "| role", "| ---")):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5:
            kind, schema, names, owner, given = cells
            for name in names.replace("`", "").split(", "):
                own = {} if owner == "the administrator" else {owner: list(ACTIONS[kind])}
                full = name if schema == "" else f"{schema}.{name}"
                rights[f"{kind} {full}"] = {**own, **_given(given)}
    return rights


def _given(cell: str) -> dict[str, list[str]]:
    """`SELECT: analyst, auditor; EXECUTE: analyst`, by principal."""
    given: dict[str, list[str]] = {}
    for part in filter(None, cell.split("; ")):
        action, _, principals = part.partition(": ")
        for principal in principals.split(", "):
            given.setdefault(principal, []).extend(action.split(" and "))
    return given


def roles_of_the_page() -> list[tuple[str, ...]]:
    lines = re.findall(r"^\| role .*?\n\|[- |]+\n((?:\|.*\n)+)", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[0].splitlines()]


class Catalogue:
    """What the server has on record about every object and role."""

    def __init__(self, objects: Sequence[asyncpg.Record], roles: Sequence[asyncpg.Record]) -> None:
        self.roles = [row["name"] for row in roles]
        self.login_roles = [row["name"] for row in roles if row["logs_in"]]
        self.described = [
            (
                principal_of(row["name"]),
                "yes" if row["logs_in"] else "no",
                "; ".join(row["member_of"]).replace(STATE_ANALYST, ROLE),
            )
            for row in roles
        ]
        self.may_more = [row["name"] for row in roles if row["may_more"]]
        self.kinds = {f"{row['kind']} {row['name']}": row["kind"] for row in objects}
        self.held = {
            (f"{row['kind']} {row['name']}", principal_of(row["who"]), action)
            for row in objects
            for action in row["actions"] or ()
        }

    def door(self) -> Door:
        actions = {one: [*ACTIONS.get(kind, ()), *self._of_columns(kind)] for one, kind in self.kinds.items()}
        principals = ["public", *map(principal_of, self.roles)]
        return Door(table(), list(self.kinds), principals, actions)

    def _of_columns(self, kind: str) -> Sequence[str]:
        return OF_COLUMNS if "SELECT" in ACTIONS.get(kind, ()) and kind != "sequence" else ()

    def answers(self, door: Door) -> dict[Attempt, str]:
        """What the server says of each pair."""
        return {one: WORKS if one in self.held else REFUSED for one in door.attempts()}


async def catalogue(whole: Whole) -> Catalogue:
    sql = queries("tests.access", "catalogue.sql")
    connection = await asyncpg.connect(whole.superuser)
    try:
        for view in ("own_objects", "rights"):
            await connection.execute(sql[view])
        return Catalogue(await connection.fetch(sql["objects"]), await connection.fetch(sql["roles"]))
    finally:
        await connection.close()


async def tried(whole: Whole, door: Door, listed: Catalogue) -> list[str]:
    """What each role is answered when it does what it may and what it may not: each difference, in words."""
    sql = queries("tests.access", "catalogue.sql")
    server = await asyncpg.connect(whole.superuser)
    columns = {row["name"]: row["column"] for row in await server.fetch(sql["columns"])}
    calls: dict[str, list[str]] = {}
    for row in await server.fetch(sql["calls"]):
        calls.setdefault(row["name"], []).extend([] if row["is_trigger"] else [row["call"]])
    await server.close()
    objections: list[str] = []
    for role in listed.roles:
        attempts = [one for one in door.attempts() if role_of(one[1]) == role]
        planned = [(one, text) for one in attempts for text in _statements(door, one, listed, columns, calls)]
        async with _as_role(whole, role, can_log_in=role in listed.login_roles) as connection:
            answers = await _answers(connection, [text for _, text in planned])
        for (attempt, text), answer in zip(planned, answers, strict=True):
            is_allowed = door.allows(attempt)
            if (answer != DONE) if is_allowed else not answer.startswith("42501 "):
                expected = "it works" if is_allowed else "it is refused"
                objections.append(f"{role}: {text}: {answer}, and the table says that {expected}")
    return objections


def _statements(
    door: Door, attempt: Attempt, listed: Catalogue, columns: Mapping[str, str], calls: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """What tries a right, as far as that changes nothing: what owners may change is not changed here."""
    object_, principal, action = attempt
    kind, _, name = object_.rpartition(" ")
    allowed = door.allows(attempt)
    is_owner = kind != "database" and door.table[object_].get(principal) == list(ACTIONS.get(kind, ()))
    if kind == "function":
        if not is_owner:
            yield from (f"SELECT * FROM {call}" for call in calls[name])  # noqa: S608
    elif kind in ("table", "view") and (kind == "table" or action == "SELECT"):
        is_done_elsewhere = allowed and action in ("TRUNCATE", "TRIGGER")  # it would lock what the services work on
        has_columns = action == "SELECT" and f"{action} of some columns" in door.table[object_].get(principal, ())
        needs_column = action in ("INSERT", "UPDATE") and name not in columns
        if action in STATEMENTS and not (is_done_elsewhere or has_columns or needs_column):
            yield STATEMENTS[action].format(name=name, column=columns.get(name))
    elif (kind == "sequence" and action == "USAGE" and not allowed) or (kind == "schema" and action == "CREATE"):
        yield STATEMENTS[action].format(name=name)


@asynccontextmanager
async def _as_role(whole: Whole, role: str, *, can_log_in: bool) -> AsyncIterator[asyncpg.Connection]:
    """A session of the role; as the superuser become it, where nobody can log in so."""
    url = whole.system.servers.as_role(role, PASSWORD, DATABASE) if can_log_in else whole.superuser
    connection = await asyncpg.connect(url)
    try:
        if not can_log_in:
            await connection.execute(f"SET SESSION AUTHORIZATION {role}")
        await connection.execute(LIFTED)
        yield connection
    finally:
        await connection.close()


async def _answers(connection: asyncpg.Connection, statements: Sequence[str]) -> list[str]:
    """The SQLSTATE of each, in one round; each is taken back."""
    await connection.execute("SELECT set_config('tried.statements', $1, false)", json.dumps(statements))
    await connection.execute(TRIES)
    answers: list[str] = json.loads(await connection.fetchval("SELECT current_setting('tried.answers')"))
    return answers


async def a_stranger_connects(whole: Whole) -> str:
    """What the database answers to a role that was not provisioned for it."""
    server = await asyncpg.connect(whole.superuser)
    try:
        await server.execute(f"CREATE ROLE {STRANGER} LOGIN PASSWORD '{PASSWORD}'")
        await asyncpg.connect(whole.system.servers.as_role(STRANGER, PASSWORD, DATABASE))
    except asyncpg.InsufficientPrivilegeError:
        return REFUSED
    finally:
        await server.execute(f"DROP ROLE {STRANGER}")
        await server.close()
    return WORKS
