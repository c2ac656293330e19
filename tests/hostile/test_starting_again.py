"""`forcegen up` starts a system that hostile records have been sent to: those that it has read and those that wait.

Without a register of producers: with one, nearly all of them end at the first check, as records of nobody.
"""

import json
import secrets
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from deploy import access
from deploy.local import services
from deploy.local.endpoints import Endpoints
from deploy.local.kafka_logins import ADMIN, login_of
from deploy.local.tokens import read_token
from operations.local_system import SYSTEM
from tests.foreign import Client, service_of
from tests.hostile import honest
from tests.hostile.generate import parcels
from tests.hostile.run import PER_STORY
from tests.hostile.send import Sender
from tests.local import alive_in, forcegen
from tests.servers import logged_in

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
SEED = 20130630
HOSTILE, STORIES = 160, 3
ANSWERED_S = 120.0
WITHOUT_REGISTER = replace(SYSTEM, settings=access.settings_here)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("hostile") / "forcegen"
    try:
        yield path
    finally:
        services.wipe(path, SYSTEM)


def done(command: str, directory: Path) -> str:
    """What the command printed; it must succeed."""
    result = forcegen(command, directory)
    assert result.returncode == 0, f"forcegen {command}: {result.stdout[-3000:]}{result.stderr[-3000:]}"
    return result.stdout


def brought_up(directory: Path) -> Endpoints:
    """As `forcegen up` does it."""
    endpoints = services.up(directory, WITHOUT_REGISTER)
    assert "no" not in done("status", directory).split()
    return endpoints


def sent_to(system: Endpoints, seed: int, directory: Path) -> dict[str, list[str]]:
    """Every kind of hostile record, and honest commands among them; the ids of these by service."""
    events = [*honest.ground(), *honest.commands(f"s{seed}", STORIES * PER_STORY)]
    hostile = parcels(seed, HOSTILE)
    token = read_token(directory)
    assert token is not None
    sender = Sender(system.kafka_bootstrap, system.urls.__getitem__, seed, token)
    try:
        sender.story(0, events[: len(events) // 2])
        for parcel in hostile:
            sender.parcel(parcel)
        sender.story(0, events[len(events) // 2 :])
    finally:
        sender.close()
    assert not sender.sent.wrong_over_http
    ids: dict[str, list[str]] = defaultdict(list)
    for event in events:
        ids[service_of(event)].append(event["id"])
    return ids


def not_accepted(system: Endpoints, ids: dict[str, list[str]]) -> set[str]:
    """The honest commands that no service has accepted, after a while."""
    client, deadline = Client(system.kafka_bootstrap), time.monotonic() + ANSWERED_S
    while left := {id_ for service, wanted in ids.items() for id_ in {*wanted} - accepted(client, service)}:
        if time.monotonic() > deadline:
            break
        time.sleep(1)
    return left


def accepted(client: Client, service: str) -> set[str]:
    """By the service's own outcomes; others may have written to its topic too."""
    ids = set()
    for record in client.records(f"{service}.outcomes"):
        with suppress(ValueError, TypeError, KeyError):
            outcome = json.loads(record.value())
            ids |= {outcome["command_id"]} if outcome["status"] == "accepted" else set()
    return ids


def test_up_after_down_and_after_a_hard_death_with_hostile_records_read_and_unread(directory: Path) -> None:
    # given a system that has read all of it, stopped and started again
    system = brought_up(directory)
    admin = login_of(ADMIN, directory)
    assert admin is not None
    with logged_in(admin.as_environment()):
        ids = sent_to(system, SEED, directory)
        assert not_accepted(system, ids) == set()
        done("down", directory)
        system = brought_up(directory)

        # when more comes while everything dies, servers included
        new = secrets.randbelow(10**9)
        print(f"seeds {SEED}, {new}")  # noqa: T201  (shown where the test fails)
        more = sent_to(system, new, directory)
        for process in alive_in(directory):
            process.kill()

        # then it starts with what it had not read, and answers every honest command
        assert not_accepted(brought_up(directory), more) == set()
