"""A system at rest, `forcegen audit reconcile` on it, and changes in its tables that are taken back afterwards."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from typer.testing import Result

from tests.audit.replaying import audit
from tests.e2e.test_main_path import approval, proposal
from tests.faults.check import wait_for_quiet
from tests.foreign import Client
from tests.system import RunningSystem

MANDATES = [f"kz-{nr}" for nr in range(8)]
EVENTS = "approvals.events"


@pytest.fixture(scope="module")
def books(system: RunningSystem) -> RunningSystem:
    """Mandates that were proposed and approved, a command that nobody can read, and all of it at rest."""
    client = Client(system.servers.kafka)
    client.send([command for mandate in MANDATES for command in (proposal(mandate), approval(mandate))])
    client.raw("approvals.commands", b"not an event", b"mandate/none")
    client.flush()
    client.outcomes("approvals", [f"{mandate}-approve" for mandate in MANDATES])
    wait_for_quiet(system, 60)
    return system


def reconcile(system: RunningSystem, *more: str) -> Result:
    """With a role that may read everything, which the tests' superuser is."""
    return audit("reconcile", system.servers.database(system.database), "--bootstrap", system.servers.kafka, *more)


def differences(system: RunningSystem) -> list[dict[str, Any]]:
    result = reconcile(system, "--json")
    findings = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == (1 if findings else 0), result.output
    assert all(one["remedy"] for one in findings)
    return findings


def named(system: RunningSystem) -> list[tuple[str, str, str]]:
    """Kind, place, and the beginning of what is said."""
    return [(one["kind"], one["place"], one["what"].partition(",")[0]) for one in differences(system)]


def sql(system: RunningSystem, statement: str) -> list[tuple[Any, ...]]:
    """As whoever owns the database; no trigger and no key stands in the way."""
    with psycopg.connect(system.servers.database(system.database)) as connection:
        connection.execute("SET session_replication_role = replica")
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def spoilt(system: RunningSystem, table: str, statement: str) -> Iterator[None]:
    """A table with a change in it, which is taken back afterwards."""
    sql(system, f"CREATE TABLE public.kept AS TABLE {table}")
    try:
        sql(system, statement)
        yield
    finally:
        put_back(system, table, "public.kept")


def put_back(system: RunningSystem, table: str, kept: str) -> None:
    """Every column that is not made of others."""
    with psycopg.connect(system.servers.database(system.database)) as connection:
        row = connection.execute(
            "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            (table,),
        ).fetchone()
    assert row
    names = row[0]
    sql(system, f"DELETE FROM {table}; INSERT INTO {table} ({names}) SELECT {names} FROM {kept}; DROP TABLE {kept}")  # noqa: S608


def place_of(system: RunningSystem, position: int, topic: str = EVENTS) -> str:
    """Where an event stands in Kafka."""
    for record in Client(system.servers.kafka).records(topic):
        if dict(record.headers()).get("ce_position") == str(position).encode():
            return f"{topic}/{record.partition()}/{record.offset()}"
    raise AssertionError(f"position {position} is not in {topic}")


def at(place: str) -> str:
    """A condition for that row of the archive."""
    topic, part, offset = place.split("/")
    return f"topic = '{topic}' AND part = {part} AND \"offset\" = {offset}"


def table_cells(shown: str) -> list[list[str]]:
    return [line.split("│") for line in shown.splitlines() if line.startswith("│")]


@contextmanager
def spoilt_again(system: RunningSystem, *tables: str) -> Iterator[None]:
    """Tables that are put back as they were."""
    for nr, table in enumerate(tables):
        sql(system, f"CREATE TABLE public.kept_{nr} AS TABLE {table}")
    try:
        yield
    finally:
        for nr, table in enumerate(tables):
            put_back(system, table, f"public.kept_{nr}")
