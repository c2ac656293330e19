"""Anybody may write anything into any topic: readers dead-letter it, the archive keeps it, and the system goes on."""

import time

import psycopg
import pytest

from tests.e2e.test_main_path import proposal, shown
from tests.foreign import Client, Headers
from tests.system import RunningSystem, every_topic

pytestmark = pytest.mark.servers
GARBAGE: list[tuple[bytes | None, bytes | None, Headers]] = [
    (None, None, []),
    (b"", b"", []),
    (b"\xff\x00", b"\x00\xff", [("ce_id", b"\xff\xfe"), ("", b"")]),
    (b"k", b"{" * 1000, [("content-type", b"application/cloudevents+json")]),
    (b"k", b"[]", [("content-type", b"application/cloudevents-batch+json")]),
    (b"k", b"x" * 900_000, [("ce_specversion", b"9")]),
]


def readers_of(topic: str) -> list[str]:
    """The services that look inside a topic's records."""
    service, kind = topic.split(".")
    if kind == "commands":
        return [service]
    policies = {"approvals": ["approvals", "vacancies", "deployments"], "vacancies": ["deployments"]}
    readers = {**policies, "deployments": ["vacancies", "deployments"]}
    return [*readers[service], "reporting"] if kind == "events" else []


def dead_letters_from(system: RunningSystem, service: str, topic: str) -> int:
    """How many dead letters a service has of a topic."""
    with psycopg.connect(system.dsn(service)) as connection:
        rows = connection.execute("SELECT reason, remedy FROM dead_letters WHERE topic = %s", [topic]).fetchall()
    assert all(reason and remedy for reason, remedy in rows)
    return len(rows)


@pytest.mark.parametrize("topic", every_topic())
def test_garbage_is_a_dead_letter_of_who_reads_it_and_archived_as_it_came(system: RunningSystem, topic: str) -> None:
    client = Client(system.servers.kafka)
    for key, value, headers in GARBAGE:
        client.raw(topic, value, key, headers)
    client.flush()
    deadline = time.monotonic() + 120
    for service in readers_of(topic):
        while dead_letters_from(system, service, topic) < len(GARBAGE):
            assert time.monotonic() < deadline, (
                f"{service} has {dead_letters_from(system, service, topic)} dead letters"
            )
            time.sleep(0.2)
    wanted = {(r.partition(), r.offset()): (r.key(), r.value()) for r in client.records(topic)}
    while not wanted.items() <= archived(system, topic).items():
        assert time.monotonic() < deadline, f"{topic} is not archived as it stands"
        time.sleep(0.2)


def archived(system: RunningSystem, topic: str) -> dict[tuple[int, int], tuple[bytes | None, bytes | None]]:
    with psycopg.connect(system.dsn("audit")) as connection:
        query = 'SELECT part, "offset", key, value FROM records WHERE topic = %s'
        return {(p, o): (k, v) for p, o, k, v in connection.execute(query, [topic]).fetchall()}


def test_after_all_of_this_the_system_works_and_every_service_is_ready(system: RunningSystem) -> None:
    Client(system.servers.kafka).send([proposal("after-garbage")])
    assert shown(system, "/v1/mandates/after-garbage")["status"] == "proposed"
    for name in system.processes:
        stands = system.http.get(f"{system.url(name)}/healthz/progress").json()
        assert (stands["moving"], stands["problems"]) == (True, []), name
