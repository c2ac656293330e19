"""Whatever is deleted, altered or slipped in, in the archive, a store or the views, is named; lag is not loss."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from services.audit.reconcile.watermarks import OWNERS
from tests.audit.replaying import ALONE, audit
from tests.e2e.test_main_path import approval, proposal
from tests.faults.check import wait_for_quiet
from tests.foreign import Client
from tests.system import RunningSystem

pytestmark = pytest.mark.servers
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


def test_a_system_at_work_agrees(books: RunningSystem) -> None:
    result = reconcile(books)
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("All agree.\n")
    events = sql(books, "SELECT count(*) FROM approvals.events")[0][0]
    assert events == 2 * len(MANDATES)
    looked_at = {cells[1].strip(): cells[2].strip() for cells in _cells(result.stdout)}
    archived = sql(books, "SELECT count(*) FROM audit.records")[0][0]
    assert looked_at["Kafka and archive"] == f"{archived:,}"
    every = sql(books, "SELECT count(*) FROM reporting.events")[0][0]
    assert looked_at["archive and views"] == f"{every:,}"


def _cells(shown: str) -> list[list[str]]:
    return [line.split("│") for line in shown.splitlines() if line.startswith("│")]


def test_a_role_that_reads_everything_and_changes_nothing_is_enough(books: RunningSystem) -> None:
    name = f"reader_{books.database}"
    sql(books, f"CREATE ROLE {name} LOGIN PASSWORD 'secret' IN ROLE pg_read_all_data")
    try:
        url = books.servers.as_role(name, "secret", books.database)
        result = audit("reconcile", url, "--bootstrap", books.servers.kafka)
        assert result.exit_code == 0, result.output
    finally:
        sql(books, f"DROP ROLE {name}")


def test_the_database_of_each_service_is_found_by_its_variable(books: RunningSystem) -> None:
    """Wherever each is: nobody needs one role for all of them."""
    owners = {f"FORCEGEN_{owner.upper()}_DATABASE_URL": books.dsn(owner) for owner in OWNERS}
    ask = ["audit", "reconcile", "--bootstrap", books.servers.kafka]
    result = CliRunner().invoke(app, ask, env={**ALONE, **owners})
    assert result.exit_code == 0, result.output


def test_a_protocol_that_lacks_its_password_is_reported(books: RunningSystem) -> None:
    ask = ["audit", "reconcile", "--bootstrap", books.servers.kafka, "--database", books.dsn("audit")]
    result = CliRunner().invoke(app, ask, env={**ALONE, "FORCEGEN_KAFKA_SECURITY_PROTOCOL": "SASL_SSL"})
    assert result.exit_code == 1
    assert "set FORCEGEN_KAFKA_SASL_USERNAME and FORCEGEN_KAFKA_SASL_PASSWORD" in result.output


def test_a_role_that_may_not_read_is_refused_with_the_remedy(books: RunningSystem) -> None:
    result = audit("reconcile", books.dsn("approvals"), "--bootstrap", books.servers.kafka)
    assert result.exit_code == 1
    assert "A database cannot be read" in result.output
    assert "give --database a role that may read" in result.output


def test_kafka_that_does_not_answer_is_reported(books: RunningSystem) -> None:
    result = audit("reconcile", books.servers.database(books.database), "--bootstrap", "127.0.0.1:1")
    assert (result.exit_code, "Kafka at 127.0.0.1:1 cannot be read" in result.output) == (1, True)


# The archive.


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("value = value || ' '", "value in Kafka and in the archive are not the same"),
        ("key = NULL", "key in Kafka"),
        ('"timestamp" = "timestamp" + 1', "timestamp in Kafka"),
        ("headers = overlay(headers placing '\\x21' from octet_length(headers))", "headers in Kafka"),
    ],
)
def test_a_record_that_was_changed_in_the_archive_is_named(books: RunningSystem, change: str, what: str) -> None:
    place = place_of(books, 5)
    with spoilt(books, "audit.records", f"UPDATE audit.records SET {change} WHERE {at(place)}"):  # noqa: S608
        findings = differences(books)
    assert (findings[0]["kind"], findings[0]["place"]) == ("changed", place)
    assert what in findings[0]["what"]
    assert {one["place"] for one in findings} <= {place, f"{EVENTS} position 5"}


def test_a_record_that_is_gone_from_the_archive_is_named_in_its_partition_and_in_its_log(books: RunningSystem) -> None:
    place = place_of(books, 7)
    with spoilt(books, "audit.records", f"DELETE FROM audit.records WHERE {at(place)}"):  # noqa: S608
        findings = named(books)
    assert findings == [
        ("missing", place, "missing in the archive"),
        ("missing", f"{EVENTS} position 7", "missing in the archive"),
        ("extra", f"{EVENTS} position 7", "extra in the views"),
    ]


def test_the_archives_last_records_are_missed_too(books: RunningSystem) -> None:
    """It has read them: its stored offset says so, and it is no lag that they are not there."""
    topic, part, offset = sql(books, 'SELECT topic, part, "offset" FROM audit.records ORDER BY leaf DESC LIMIT 1')[0]
    cut = "DELETE FROM audit.records WHERE leaf = (SELECT max(leaf) FROM audit.records)"
    with spoilt(books, "audit.records", cut):
        findings = named(books)
    assert findings[0] == ("missing", f"{topic}/{part}/{offset}", "missing in the archive")


@pytest.mark.parametrize("offset", [-1, 10_000])
def test_a_record_that_was_slipped_into_the_archive_is_named(books: RunningSystem, offset: int) -> None:
    place = place_of(books, 3)
    topic, part, _ = place.split("/")
    copied = (
        f'INSERT INTO audit.records SELECT topic, part, {offset}, "timestamp", key, value, headers, archived, '  # noqa: S608
        f"1000000 FROM audit.records WHERE {at(place)}"
    )
    with spoilt(books, "audit.records", copied):
        findings = named(books)
    assert findings[0] == ("extra", f"{topic}/{part}/{offset}", "extra in the archive: Kafka has no record there")
    assert findings[1][0] == "extra"


def test_neighbours_that_are_gone_are_reported_as_one(books: RunningSystem) -> None:
    topic = "deployments.events"
    part, many = sql(
        books,
        f"SELECT part, count(*) FROM audit.records WHERE topic = '{topic}' GROUP BY part ORDER BY 2 DESC",  # noqa: S608
    )[0]
    assert many > 1
    gone = f"DELETE FROM audit.records WHERE topic = '{topic}' AND part = {part}"  # noqa: S608
    with spoilt(books, "audit.records", gone):
        findings = named(books)
    assert findings[0] == ("missing", f"{topic}/{part}/0 to {many - 1} ({many} records)", "missing in the archive")


# The stores.


@pytest.mark.parametrize(
    ("table", "change", "topic"),
    [
        ("approvals.events", "data = '{}'", "approvals.events"),
        ("approvals.events", "effective = effective + interval '1 day'", "approvals.events"),
        ("approvals.events", "type = 'forcegen.approvals.Nothing'", "approvals.events"),
        ("approvals.outcomes", "body = '{}'", "approvals.outcomes"),
    ],
)
def test_a_row_that_was_changed_in_a_store_is_named(books: RunningSystem, table: str, change: str, topic: str) -> None:
    with spoilt(books, table, f"UPDATE {table} SET {change} WHERE position = 4"):  # noqa: S608
        assert [one[:2] for one in named(books)] == [("changed", f"{topic} position 4")]


@pytest.mark.parametrize("position", [1, 9, 2 * len(MANDATES)])
def test_an_event_that_is_gone_from_a_store_is_named(books: RunningSystem, position: int) -> None:
    gone = f"DELETE FROM approvals.events WHERE position = {position}"  # noqa: S608
    with spoilt(books, "approvals.events", gone):
        assert named(books) == [("missing", f"{EVENTS} position {position}", "missing in the store of approvals")]


def test_a_store_that_was_put_back_to_a_backup_is_found_out(books: RunningSystem) -> None:
    """Its head went back with it, so that by itself it is whole."""
    keep = 2 * len(MANDATES) - 3
    with (
        spoilt(books, "approvals.events", f"DELETE FROM approvals.events WHERE position > {keep}"),  # noqa: S608
        _head(books, keep),
    ):
        findings = named(books)
    assert {kind for kind, _, _ in findings} == {"extra"}
    places = {place_of(books, keep + nr) for nr in (1, 2, 3)}
    assert sum("(" in place for _, place, _ in findings) or places <= {place for _, place, _ in findings}


@contextmanager
def _head(system: RunningSystem, position: int) -> Iterator[None]:
    ((before,),) = sql(system, "SELECT events FROM approvals.log_heads")
    sql(system, f"UPDATE approvals.log_heads SET events = {position}")  # noqa: S608
    try:
        yield
    finally:
        sql(system, f"UPDATE approvals.log_heads SET events = {before}")  # noqa: S608


def test_a_dead_letter_that_was_changed_is_named(books: RunningSystem) -> None:
    changed = "UPDATE approvals.dead_letters SET reason = 'nothing'"
    with spoilt(books, "approvals.dead_letters", changed):
        assert [one[:2] for one in named(books)] == [("changed", "approvals.dead-letters position 1")]


# The views.


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("data = '{}'", "data"),
        ("effective = effective + interval '1 day'", "effective"),
        ("actor = 'somebody'", "actor"),
        ('"offset" = 4711', "offset"),
    ],
)
def test_an_event_that_was_changed_in_the_views_is_named(books: RunningSystem, change: str, field: str) -> None:
    changed = f"UPDATE reporting.events SET {change} WHERE room = 'approvals' AND position = 6"  # noqa: S608
    with spoilt(books, "reporting.events", changed):
        (finding,) = differences(books)
    assert (finding["kind"], finding["place"]) == ("changed", f"{EVENTS} position 6")
    assert finding["what"].startswith(f"changed: {field} in the views and in ")


def test_an_event_that_is_gone_from_the_views_is_named_and_so_is_its_guard(books: RunningSystem) -> None:
    gone = "DELETE FROM reporting.events WHERE room = 'approvals' AND position = 16"
    with spoilt(books, "reporting.events", gone):
        findings = named(books)
    assert findings[0] == ("missing", f"{EVENTS} position 16", "missing in the views")
    assert [one[0] for one in findings[1:]] == ["changed"]


def test_an_event_that_was_slipped_into_the_views_is_named(books: RunningSystem) -> None:
    forged = (
        "INSERT INTO reporting.events SELECT room, 99, gen_random_uuid(), stream, 3, type, effective, recorded, actor,"
        " correlation_id, causation_id, data, topic, part, 999, owner FROM reporting.events"
        " WHERE room = 'approvals' AND position = 16"
    )
    with spoilt(books, "reporting.events", forged):
        findings = named(books)
    assert findings[0][:2] == ("extra", f"{EVENTS} position 99")


def test_a_guard_that_was_moved_is_named(books: RunningSystem) -> None:
    moved = "UPDATE reporting.stream_versions SET version = 1 WHERE stream = 'mandate/kz-3'"
    with spoilt(books, "reporting.stream_versions", moved):
        assert named(books) == [
            (
                "changed",
                "approvals mandate/kz-3 version 1",
                "changed: the views' guard of mandate/kz-3 (approvals) is not at its last event",
            )
        ]


def test_a_parked_event_waits_and_is_not_lost(books: RunningSystem) -> None:
    row = "room, stream, version, position, id, type, effective, recorded, data, correlation_id, causation_id, actor"
    moved = (
        f'INSERT INTO reporting.parked SELECT {row}, topic, part, "offset", NULL, 1 FROM reporting.events'  # noqa: S608
        " WHERE room = 'approvals' AND stream = 'mandate/kz-3' AND version = 2;"
        "DELETE FROM reporting.events WHERE room = 'approvals' AND stream = 'mandate/kz-3' AND version = 2;"
        "UPDATE reporting.stream_versions SET version = 1 WHERE room = 'approvals' AND stream = 'mandate/kz-3'"
    )
    books.kill("reporting")  # it would take it up again
    try:
        with (
            spoilt_again(books, "reporting.stream_versions", "reporting.parked"),
            spoilt(books, "reporting.events", moved),
        ):
            result = reconcile(books)
    finally:
        books.start("reporting")
    assert result.exit_code == 0, result.output
    (views,) = [cells for cells in _cells(result.stdout) if "archive and views" in cells[1]]
    assert views[6].strip() == "1"


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


# Offsets, lag, and records of others.


@pytest.mark.parametrize("service", ["approvals", "reporting", "audit"])
def test_a_service_that_has_read_further_than_kafka_reaches_is_named(books: RunningSystem, service: str) -> None:
    topic = "approvals.commands" if service == "approvals" else EVENTS
    beyond = f"UPDATE {service}.consumed SET next_offset = 5000 WHERE topic = '{topic}' AND part = 2"  # noqa: S608
    with spoilt(books, f"{service}.consumed", beyond):
        findings = differences(books)
    assert findings[0]["place"] == f"{topic}/2/5000"
    assert findings[0]["what"].startswith(f"changed: {service} has read as far as here, and Kafka's partition ends at ")
    assert f"forcegen audit replay --to topic --topic {topic}" in findings[0]["remedy"]


@pytest.mark.parametrize("sleeper", ["audit", "reporting", "deployments"])
def test_what_is_only_on_its_way_is_lag_and_no_difference(books: RunningSystem, sleeper: str) -> None:
    """One of the services is down while the others go on."""
    books.kill(sleeper)
    try:
        mandate = f"kz-while-{sleeper}-slept"
        client = Client(books.servers.kafka)
        client.send([proposal(mandate), approval(mandate)])
        client.outcomes("approvals", [f"{mandate}-propose", f"{mandate}-approve"])
        result = reconcile(books)
    finally:
        books.start(sleeper)
    assert result.exit_code == 0, result.output
    assert f"{sleeper} has " in result.stderr
    assert "records still to read: that is lag, not loss." in result.stderr
    wait_for_quiet(books, 60)
    assert named(books) == []


def test_it_agrees_while_commands_flow(books: RunningSystem) -> None:
    client = Client(books.servers.kafka)
    mandates = [f"kz-flow-{nr}" for nr in range(300)]
    client.send([command for mandate in mandates for command in (proposal(mandate), approval(mandate))])
    for _ in range(3):
        assert named(books) == []
    client.outcomes("approvals", [f"{mandate}-approve" for mandate in mandates])
    wait_for_quiet(books, 60)
    assert named(books) == []


def test_what_others_wrote_into_the_topic_of_a_service_is_named_and_hides_nothing(books: RunningSystem) -> None:
    """Last of all, since nothing is ever taken out of a topic: garbage, and one that claims another's position."""
    client = Client(books.servers.kafka)
    (genuine,) = [r for r in client.records(EVENTS) if dict(r.headers()).get("ce_position") == b"2"]
    client.raw(EVENTS, b"garbage", b"k")
    client.raw(EVENTS, b'{"forged": true}', genuine.key(), genuine.headers())
    client.flush()
    wait_for_quiet(books, 60)
    findings = differences(books)
    assert [one["kind"] for one in findings] == ["extra", "extra"]
    assert sorted(one["what"] for one in findings) == [
        f"extra: it claims position 2 of {EVENTS}, where approvals has another record",
        "extra: no record of approvals's, which has no such row in its events",
    ]
    assert all("Find out who may write to this topic" in one["remedy"] for one in findings)
