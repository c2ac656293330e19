"""The relay in its real process: a service starts with a full log of events and carries it to its topic.

The service is vacancies, which follows none of its own events: so its process relays and does nothing else. Beside it
stands aiokafka's idempotent producer with the very same records, and a polling outbox that awaits a batch together.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import psycopg

from benchmarks import ceiling, event_log, peers
from benchmarks.measure import Bound, Measured, Reference
from benchmarks.progress import reached
from benchmarks.traffic import published
from benchmarks.usage import Meter
from contracts import vacancies
from contracts.words import Event
from tests.foreign import Client
from tests.servers import Servers
from tests.system import RunningSystem, empty_topics, prepared_system

EVENTS: Final = 200_000
LEAST: Final = 0.7
"""Of the idempotent producer's rate in the same run."""
TOPIC: Final = "vacancies.events"
CONFIRMED: Final = "SELECT position FROM relayed WHERE log = 'events'"


def run(servers: Servers) -> list[Measured]:
    """One line: from the first confirmed row to the last."""
    with tempfile.TemporaryDirectory() as logs, prepared_system(servers, Path(logs)) as system:
        events = list(event_log.recorded("vacancies", _candidates(EVENTS // 2)))
        asyncio.run(event_log.fill(system.dsn("vacancies"), events))
        fastest = asyncio.run(ceiling.produced(servers, list(published(events))))
        asyncio.run(empty_topics(servers.kafka))
        system.spawn("vacancies")
        line = _followed(system, len(events))
        held = Client(servers.kafka).ends(TOPIC)[TOPIC]
        assert held == len(events), f"{TOPIC} holds {held} of {len(events)} records"
    share = Bound("share of the idempotent producer", line.per_second / fastest, LEAST)
    line = replace(line, ceiling=Reference("aiokafka, idempotent", fastest), bounds=(share,))
    try:
        return [replace(line, peer=Reference("gathered outbox", peers.rate("outbox_relay.gathered")))]
    except peers.NoPeer as why:
        return [replace(line, unjudged=f"no peer: {why}")]


def _candidates(number: int) -> Iterator[Event]:
    day = date(2022, 1, 1)
    for nr in range(number):
        yield vacancies.CandidateRegistered(person=f"p-{nr}", contributor="KAZ", rank="major", registered_on=day)
        yield vacancies.CandidateWithdrawn(person=f"p-{nr}", withdrawn_on=day, reason="serves elsewhere")


def _followed(system: RunningSystem, total: int) -> Measured:
    with psycopg.connect(system.dsn("vacancies"), autocommit=True) as connection:
        first = reached(system, "vacancies", connection, CONFIRMED, 1)
        meter, began = Meter(system.servers, system), time.perf_counter()
        reached(system, "vacancies", connection, CONFIRMED, total)
        seconds, usage = time.perf_counter() - began, meter.read()
    return Measured("relay", total - first, seconds, "rows of the log, sent and confirmed in order", usage=usage)
