"""A system at work agrees with itself: lag is not loss, and who may ask is said; records of others are named."""

import pytest
from typer.testing import CliRunner

from cli.main import app
from services.audit.reconcile.watermarks import OWNERS
from tests.audit.reconciling import (
    EVENTS,
    MANDATES,
    books,
    differences,
    named,
    reconcile,
    spoilt,
    spoilt_again,
    sql,
    table_cells,
)
from tests.audit.replaying import ALONE, audit
from tests.e2e.test_main_path import approval, proposal
from tests.faults.check import wait_for_quiet
from tests.foreign import Client
from tests.system import RunningSystem

__all__ = ["books"]
pytestmark = pytest.mark.servers


def test_a_system_at_work_agrees(books: RunningSystem) -> None:
    result = reconcile(books)
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("All agree.\n")
    events = sql(books, "SELECT count(*) FROM approvals.events")[0][0]
    assert events == 2 * len(MANDATES)
    looked_at = {cells[1].strip(): cells[2].strip() for cells in table_cells(result.stdout)}
    archived = sql(books, "SELECT count(*) FROM audit.records")[0][0]
    assert looked_at["Kafka and archive"] == f"{archived:,}"
    every = sql(books, "SELECT count(*) FROM reporting.events")[0][0]
    assert looked_at["archive and views"] == f"{every:,}"


def test_a_role_that_reads_everything_and_changes_nothing_is_enough(books: RunningSystem) -> None:
    name = f"reader_{books.database}"
    sql(books, f"CREATE ROLE {name} LOGIN BYPASSRLS PASSWORD 'secret' IN ROLE pg_read_all_data")
    sql(books, f"GRANT CONNECT ON DATABASE {books.database} TO {name}")
    try:
        url = books.servers.as_role(name, "secret", books.database)
        result = audit("reconcile", url, "--bootstrap", books.servers.kafka)
        assert result.exit_code == 0, result.output
    finally:
        sql(books, f"REVOKE CONNECT ON DATABASE {books.database} FROM {name}")
        sql(books, f"DROP ROLE {name}")


def test_the_database_of_each_service_is_found_by_its_variable(books: RunningSystem) -> None:
    """Wherever each is: nobody needs one role for all of them."""
    owners = {f"FORCEGEN_{owner.upper()}_DATABASE_URL": books.dsn(owner) for owner in OWNERS}
    ask = ["audit", "reconcile", "--bootstrap", books.servers.kafka]
    result = CliRunner().invoke(app, ask, env={**ALONE, **owners})
    assert result.exit_code == 0, result.output


def test_a_protocol_that_lacks_its_password_is_reported(books: RunningSystem) -> None:
    ask = ["audit", "reconcile", "--bootstrap", books.servers.kafka, "--database", books.dsn("audit")]
    without = {"FORCEGEN_KAFKA_SASL_USERNAME": None, "FORCEGEN_KAFKA_SASL_PASSWORD": None}
    demanded = {"FORCEGEN_KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}
    result = CliRunner().invoke(app, ask, env={**ALONE, **without, **demanded})
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


def test_a_parked_event_waits_and_is_not_lost(books: RunningSystem) -> None:
    row = "service, stream, version, position, id, type, effective, recorded, data, correlation_id, causation_id, actor"
    moved = (
        f'INSERT INTO reporting.parked SELECT {row}, topic, part, "offset", NULL, 1 FROM reporting.events'  # noqa: S608
        " WHERE service = 'approvals' AND stream = 'mandate/kz-3' AND version = 2;"
        "DELETE FROM reporting.events WHERE service = 'approvals' AND stream = 'mandate/kz-3' AND version = 2;"
        "UPDATE reporting.stream_versions SET version = 1 WHERE service = 'approvals' AND stream = 'mandate/kz-3'"
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
    (views,) = [cells for cells in table_cells(result.stdout) if "archive and views" in cells[1]]
    assert views[6].strip() == "1"


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
