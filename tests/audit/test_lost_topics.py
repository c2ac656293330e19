"""Kafka loses its disk with every topic. The archive fills them again, and the system goes on where it was."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from operations.kafka_users import RegisteredProducer
from tests.audit.reconciling import differences, named, reconcile
from tests.audit.replaying import audit
from tests.e2e.test_main_path import approval, proposal
from tests.faults.check import wait_for_quiet
from tests.foreign import Client, binary
from tests.own_topics import provisioned_producers
from tests.servers import Servers
from tests.system import RunningSystem, empty_topics, every_topic, prepared_system

pytestmark = [pytest.mark.servers, pytest.mark.faults]
SERVICES = ("approvals", "vacancies", "deployments", "reporting", "audit")
OWN = "approvals.commands.parliament"
PARLIAMENT = RegisteredProducer("parliament", [OWN])
TOPICS = [*every_topic(), OWN]
COMMANDS = [topic for topic in TOPICS if ".commands" in topic]
MANDATES = [f"kz-{nr}" for nr in range(40)]


@pytest.fixture
def books(servers: Servers, tmp_path: Path) -> Iterator[RunningSystem]:
    with provisioned_producers(servers, [PARLIAMENT]), prepared_system(servers, tmp_path) as system:
        system.start(*SERVICES)
        yield system


def contents(system: RunningSystem) -> dict[str, list[tuple[object, ...]]]:
    """All of every record in every topic."""
    client = Client(system.servers.kafka)
    return {
        topic: [
            (r.partition(), r.offset(), r.timestamp()[1], r.key(), r.headers(), r.value())
            for r in client.records(topic)
        ]
        for topic in TOPICS
    }


def positions(system: RunningSystem) -> list[tuple[str, int, int]]:
    """How many events and outcomes each deciding service has."""
    heads = []
    for service in SERVICES[:3]:
        with psycopg.connect(system.dsn(service)) as connection:
            rows = connection.execute("SELECT events, outcomes FROM log_heads").fetchall()
        heads.append((service, *rows[0]))
    return heads


def decide(system: RunningSystem, mandates: list[str]) -> None:
    client = Client(system.servers.kafka)
    for mandate in mandates:
        key, value, headers = binary(proposal(mandate))
        client.raw(OWN, value, key, headers)
    client.flush()
    client.outcomes("approvals", [proposal(mandate)["id"] for mandate in mandates])
    client.send([approval(mandate) for mandate in mandates])
    outcomes = client.outcomes("approvals", [f"{mandate}-approve" for mandate in mandates])
    assert {one["status"] for one in outcomes.values()} == {"accepted"}
    wait_for_quiet(system, 60)


def replay(system: RunningSystem, *more: str) -> str:
    ask = ("--to", "topic", "--bootstrap", system.servers.kafka, *more)
    result = audit("replay", system.dsn("audit"), *ask)
    assert result.exit_code == 0, result.output
    return result.output


def lose(system: RunningSystem) -> None:
    """Every topic is there, and empty."""
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, empty_topics(system.servers.kafka, [OWN])).result()


def written_anew(system: RunningSystem, before: dict[str, list[tuple[object, ...]]]) -> None:
    """Somebody writes where Kafka had another record: both are named, and nothing is written over."""
    topic = "approvals.outcomes"
    part, _, _, key, *_ = before[topic][0]
    client = Client(system.servers.kafka)
    client.raw(topic, b"forged", key if isinstance(key, bytes) else None)
    client.flush()
    findings = differences(system)
    changed = "changed: timestamp, headers, value in Kafka and in the archive are not the same"
    assert (f"{topic}/{part}/0", changed) in [(one["place"], one["what"]) for one in findings]
    result = audit("replay", system.dsn("audit"), "--to", "topic", "--bootstrap", system.servers.kafka)
    assert (result.exit_code, "1 partitions cannot be refilled, and nothing was written" in result.output) == (1, True)
    assert len(client.records(*TOPICS)) == 1


def test_a_system_whose_topics_were_lost_goes_on_where_it_was(books: RunningSystem) -> None:
    decide(books, MANDATES)
    before, heads = contents(books), positions(books)
    books.stop()
    lose(books)
    written_anew(books, before)
    lose(books)

    findings = differences(books)
    assert {one["kind"] for one in findings} == {"missing", "changed"}
    assert all("forcegen audit replay --to topic" in one["remedy"] for one in findings)
    missing = sum(one["records"] for one in findings if one["kind"] == "missing")
    assert missing == sum(len(records) for records in before.values())

    replay(books)
    assert contents(books) == {topic: [] if topic in COMMANDS else records for topic, records in before.items()}
    commands = [each for topic in COMMANDS for each in ("--topic", topic)]
    assert replay(books, *commands, "--dry-run").endswith("this is the difference that it would make.\n")
    replay(books, *commands)
    assert contents(books) == before

    books.start(*SERVICES)
    wait_for_quiet(books, 60)
    assert positions(books) == heads  # nothing was handled again
    assert named(books) == []
    decide(books, ["kz-afterwards"])
    assert named(books) == []
    assert reconcile(books).stdout.endswith("All agree.\n")


def test_services_that_run_keep_topics_from_being_refilled(books: RunningSystem) -> None:
    result = audit("replay", books.dsn("audit"), "--to", "topic", "--bootstrap", books.servers.kafka)
    assert result.exit_code == 1
    assert (
        "approvals, audit, deployments, reporting, vacancies read from Kafka now: stop every service" in result.output
    )
