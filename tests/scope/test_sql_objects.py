"""As an analyst of one State: every object of the database, and nothing of another State."""

import asyncpg
import pytest

from services.reporting.analysts.generate import argument, reports
from tests.integration.test_analysts import NEEDED
from tests.scope import histories
from tests.scope.conftest import TwoStates, everything
from tests.scope.objects import SCOPED

READABLE = ("reporting", "reporting_known", "analysts")
THEIR_TOUR = "kz-2013-bravo/observers-bravo/t-1-bravo"
OUR_TOUR = "kz-2013-alpha/observers-alpha/t-1-alpha"


async def test_as_one_state_no_table_and_no_view_holds_a_byte_of_another(
    two_states: TwoStates, ours: asyncpg.Connection
) -> None:
    """By listing what the catalogue has, so that a new object is in it; and with the other State as a control."""
    relations = await ours.fetch(
        "SELECT oid::regclass::text AS name, (SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
        "   WHERE attrelid = pg_class.oid AND attnum > 0 AND has_column_privilege(attrelid, attnum, 'SELECT')) AS names"
        " FROM pg_class WHERE relnamespace::regnamespace::text = ANY ($1)"
        " AND relkind IN ('r', 'v', 'm', 'p', 'f') AND has_any_column_privilege(oid, 'SELECT') ORDER BY 1",
        READABLE,
    )
    assert len(relations) > 90
    seen_by_them = b""
    async with two_states.session(two_states.theirs) as theirs:
        await theirs.execute("SET forcegen.known_at = '2030-01-01'")
        for name, columns in relations:
            source = f"(SELECT {columns} FROM {name})"  # noqa: S608
            content = await everything(ours, source)
            assert two_states.seen(content) == [], name
            seen_by_them += await everything(theirs, source)
    assert histories.MARKS[histories.OURS].encode() not in seen_by_them
    assert not set(two_states.foreign) - set(two_states.seen(seen_by_them)) - _of_closed_events(two_states)


def _of_closed_events(two_states: TwoStates) -> set[bytes]:
    """Ids of events that name tours of several States at once, which readers of every State alone see."""
    return {
        str(e.id).encode() for e in two_states.log if e.stream.startswith("mission/") and e.service == "deployments"
    }


async def test_as_one_state_every_table_of_states_has_rows_of_its_own(ours: asyncpg.Connection) -> None:
    """So the silence of the others is not that of an empty database."""
    empty = [table for table in SCOPED if not table.endswith("_history") and not await _has_rows(ours, table)]
    assert sorted(empty) == ["parked", "stream_versions"]  # not for SQL


async def _has_rows(session: asyncpg.Connection, table: str) -> bool:
    if not await session.fetchval("SELECT has_table_privilege($1, 'SELECT')", f"reporting.{table}"):
        return False
    return bool(await session.fetchval(f"SELECT EXISTS (SELECT FROM reporting.{table})"))  # noqa: S608


@pytest.mark.parametrize("known_at", [None, "2030-01-01"], ids=["now", "as known"])
async def test_as_one_state_no_report_function_gives_a_byte_of_another(
    two_states: TwoStates, ours: asyncpg.Connection, known_at: str | None
) -> None:
    """With no filter, and with filters that name what is theirs."""
    theirs = {"contributor": f"'{histories.THEIRS}'", "mandate": "'kz-2013-bravo'", "tour": f"'{THEIR_TOUR}'"}
    for report in reports():
        values = {name: f"'{value}'" for name, value in NEEDED.get(report.name, {}).items() if name != "tour"}
        given = {argument(name): value for name, value in values.items()}
        given |= {"as_of": "'2014-09-01'"} | ({"known_at": f"'{known_at}'"} if known_at else {})
        filters = {argument(name): value for name, value in theirs.items() if name in report.report.template.types}
        for extra in ({}, *({name: value} for name, value in filters.items())):
            arguments = ", ".join(f"{name} => {value}" for name, value in {**given, **extra}.items())
            content = await everything(ours, f"analysts.{report.name}_as_of({arguments})")
            assert two_states.seen(content) == [], (report.name, extra)


async def test_as_one_state_no_function_of_the_views_gives_a_byte_of_another(
    two_states: TwoStates, ours: asyncpg.Connection
) -> None:
    """Every function of the tables' schemas that takes days and lists of names."""
    functions = await ours.fetch(
        "SELECT format('%s.%I', pronamespace::regnamespace, proname) AS name, proargtypes::regtype[]::text[] AS types"
        " FROM pg_proc WHERE pronamespace::regnamespace::text IN ('reporting', 'reporting_known') AND proretset"
        " AND proname NOT IN ('un_list', 'scope_rules')"  # a list of all States, and the text of the policies
    )
    assert len(functions) > 10
    await ours.execute("SET search_path = reporting, public")
    for function in functions:
        answers = []
        for sample in (
            _arguments("kz-2013-bravo/observers-bravo", histories.THEIRS),
            _arguments("none/none", "ZZZ"),
        ):
            arguments = ", ".join(sample[kind] for kind in function["types"])
            answers.append(await everything(ours, f"{function['name']}({arguments})"))
        theirs, nobody = answers
        assert theirs == nobody, function["name"]


def _arguments(line: str, state: str) -> dict[str, str]:
    """Arguments by type that name a line and a State."""
    days = ", ".join(["'2014-01-01'::date"] * 2)
    return {
        "date": "'2014-09-01'::date",
        "text[]": f"ARRAY['{line}', '{state}']",
        "date[]": f"ARRAY[{days}]",
        "timestamp with time zone": "'2030-01-01'::timestamptz",
        "text": f"'{line}'",
        "integer": "1",
    }
