"""One record's fault is one record's fault: what a database refuses costs its neighbours nothing, in any service.

The door keeps out all that the databases are known to refuse. Here they refuse something that nobody foresaw: a
constraint is put on one stream, one id or one report, while the services run.
"""

import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.e2e.test_main_path import proposal, shown
from tests.foreign import Client
from tests.system import RunningSystem

pytestmark = pytest.mark.servers


def constrain(system: RunningSystem, owner: str, statement: str) -> None:
    """As the owner of the schema, so that nothing but the constraint is unusual."""
    with psycopg.connect(system.dsn(owner), autocommit=True) as connection:
        connection.execute(statement)


def rows(system: RunningSystem, owner: str, query: str) -> list[Any]:
    with psycopg.connect(system.dsn(owner)) as connection:
        return connection.execute(query).fetchall()


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_command_whose_event_cannot_be_stored_is_answered_and_its_neighbours_are_decided(
    system: RunningSystem,
) -> None:
    constrain(
        system, "approvals", "ALTER TABLE events ADD CONSTRAINT nobody CHECK (stream <> 'mandate/culprit') NOT VALID"
    )
    client = Client(system.servers.kafka)
    around = [proposal(f"around-{nr}") for nr in range(60)]
    client.send([*around[:30], proposal("culprit"), *around[30:]])
    outcomes = client.outcomes("approvals", [*(one["id"] for one in around), proposal("culprit")["id"]], 120)
    culprit = outcomes.pop(proposal("culprit")["id"])
    assert {one["status"] for one in outcomes.values()} == {"accepted"}
    assert (culprit["status"], "CheckViolationError (23514)" in culprit["reason"]) == ("invalid", True)
    assert culprit["remedy"]


def test_over_http_the_culprit_of_a_batch_is_answered_alone(system: RunningSystem) -> None:
    batch = [proposal("http-before"), proposal("culprit") | {"id": "over-http"}, proposal("http-behind")]
    headers = {"content-type": "application/cloudevents-batch+json"}
    answers = system.http.post(f"{system.url('approvals')}/v1/commands", json=batch, headers=headers).json()
    assert [one["status"] for one in answers] == ["accepted", "invalid", "accepted"]


def test_a_command_whose_answer_cannot_be_stored_either_becomes_a_dead_letter(system: RunningSystem) -> None:
    constrain(
        system, "approvals", "ALTER TABLE outcomes ADD CONSTRAINT nobody CHECK (command_id <> 'unanswerable') NOT VALID"
    )
    client = Client(system.servers.kafka)
    client.send([proposal("calm-1"), proposal("loud") | {"id": "unanswerable"}, proposal("calm-2")])
    ids = [proposal("calm-1")["id"], proposal("calm-2")["id"]]
    assert {one["status"] for one in client.outcomes("approvals", ids, 120).values()} == {"accepted"}
    until(lambda: rows(system, "approvals", "SELECT reason FROM dead_letters WHERE reason LIKE '%23514%'") != [])


def test_an_event_that_the_views_refuse_is_parked_and_applied_once_they_take_it(system: RunningSystem) -> None:
    constrain(
        system,
        "reporting",
        "ALTER TABLE mandates ADD CONSTRAINT nobody CHECK (mandate <> 'refused-by-views') NOT VALID",
    )
    client = Client(system.servers.kafka)
    client.send([proposal("seen-1"), proposal("refused-by-views"), proposal("seen-2")])
    assert shown(system, "/v1/mandates/seen-1")["status"] == "proposed"
    assert shown(system, "/v1/mandates/seen-2")["status"] == "proposed"
    parked = "SELECT stream, error FROM parked"
    until(lambda: rows(system, "reporting", parked) != [])
    assert rows(system, "reporting", parked) == [
        ("mandate/refused-by-views", "the database refused it: CheckViolationError (23514)")
    ]
    constrain(system, "reporting", "ALTER TABLE mandates DROP CONSTRAINT nobody")
    assert shown(system, "/v1/mandates/refused-by-views")["status"] == "proposed"


def test_after_all_of_this_everything_moves(system: RunningSystem) -> None:
    for name in system.processes:
        until(lambda name=name: system.http.get(f"{system.url(name)}/healthz/progress").json()["problems"] == [])  # type: ignore[misc]
    client = Client(system.servers.kafka)
    client.send([proposal("last")])
    assert client.outcomes("approvals", [proposal("last")["id"]], 120)
