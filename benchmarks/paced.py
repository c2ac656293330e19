"""The whole system at a pace: how long from sending a command until its event is in the views, and what that costs.

All six processes run; a client sends commands of three services at even intervals. Visible is an event that another
session sees in the views: it looks every few milliseconds, so the figures are a little too long. Beside them stand the
same figures of a record that a bare producer sends and a bare consumer receives, in the same run at the same pace.
"""

import asyncio
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks.measure import Bound, Measured
from benchmarks.usage import Meter, Usage
from kernel.messaging import kafka, topics
from kernel.runtime.settings import Settings
from tests.faults import flow
from tests.foreign import Client, binary, service_of
from tests.servers import Servers
from tests.system import DECIDING, RunningSystem, prepared_system

SERVICES: Final = ("approvals", "vacancies", "deployments", "reporting", "audit", "query")
LASTS_S: Final = 15.0
"""How long each pace is kept."""
IDLE_S: Final = 10.0
CALM_S: Final = 3.0
LOOK_EVERY_S: Final = 0.004
GIVEN_UP_S: Final = 60.0
CORES_AT_50_MOST: Final = 0.7
TIMES_MOST: Final = {100: (15.0, 15.0), 500: (30.0, None)}
"""By commands a second: the median and the 99th percentile, as multiples of those of bare Kafka."""
PACES: Final = (50, *TIMES_MOST)
SEEN: Final = """\
SELECT e.service, e.position, e.causation_id FROM unnest($1::text[], $2::bigint[]) AS floor (service, position)
CROSS JOIN LATERAL (SELECT * FROM events WHERE service = floor.service AND position > floor.position) AS e"""
Send = Callable[[flow.Event], Awaitable[object]]


@dataclass
class SeenEvents:
    """When the event of each command was seen first, and up to which position of each service all have been seen."""

    floors: dict[str, int]
    beyond: dict[str, set[int]]
    at: dict[str, float]

    def take(self, rows: Sequence[asyncpg.Record], now: float) -> None:
        for service, position, command in rows:
            self.at.setdefault(command, now)
            self.beyond[service].add(position)
        for service, positions in self.beyond.items():
            while self.floors[service] + 1 in positions:
                self.floors[service] += 1
                positions.discard(self.floors[service])


def run(servers: Servers) -> list[Measured]:
    """A line for the idle system, and one for each pace."""
    with tempfile.TemporaryDirectory() as logs, prepared_system(servers, Path(logs)) as system:
        system.start(*SERVICES)
        client = Client(servers.kafka)
        client.send(flow.ground())
        for service in ("approvals", "vacancies"):
            client.outcomes(service, [e["id"] for e in flow.ground() if service_of(e) == service])
        return asyncio.run(_paces(system))


async def _paces(system: RunningSystem) -> list[Measured]:
    wanted = sum(PACES) * LASTS_S
    commands = flow.commands(parts=int(wanted // flow.COMMANDS) + 1)
    await asyncio.sleep(CALM_S)
    meter = Meter(system.servers, system)
    await asyncio.sleep(IDLE_S)
    usage = meter.read()
    lines = [Measured("idle system", 1, IDLE_S, f"{_cores(usage):.2f} cores in all", usage=usage)]
    for pace in PACES:
        bare = await _bare(system.servers, pace)
        lines.append(_line(pace, bare, *await _paced(system, pace, islice(commands, round(pace * LASTS_S)))))
        await asyncio.sleep(CALM_S)
    return lines


def _line(pace: int, bare: Sequence[float], seconds: Sequence[float], usage: Usage) -> Measured:
    own, theirs = _percentiles(seconds), _percentiles(bare)
    names = ("p50_ms", "p99_ms", "bare_p50_ms", "bare_p99_ms")
    figures = dict(zip(names, (*own, *theirs), strict=True)) | {"cores": _cores(usage)}
    note = f"p50 {own[0]:.0f} ms, p99 {own[1]:.0f}; bare Kafka {theirs[0]:.1f} and {theirs[1]:.1f}"
    note = f"{note}; {_cores(usage):.2f} cores in all"
    bounds = [
        Bound(f"{name} of bare Kafka, times", ours / bare_ms, most, is_least=False, digits=1)
        for name, ours, bare_ms, most in zip(("p50", "p99"), own, theirs, TIMES_MOST.get(pace, ()), strict=False)
        if most is not None
    ]
    if pace == min(PACES):
        bounds.append(Bound("cores of the whole system", _cores(usage), CORES_AT_50_MOST, is_least=False))
    line = Measured(f"sent to visible at {pace} commands/s", len(seconds), len(seconds) / pace, note, figures)
    return replace(line, bounds=tuple(bounds), usage=usage)


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The median and the 99th percentile in milliseconds."""
    return 1000 * median(seconds), 1000 * quantiles(seconds, n=100)[98]


def _cores(usage: Usage) -> float:
    """Of the system with its servers, without the client that measures."""
    return sum(spent for name, spent in usage.cpu_s.items() if name != "benchmark") / usage.seconds


async def _paced(system: RunningSystem, pace: int, commands: Iterator[flow.Event]) -> tuple[list[float], Usage]:
    """Seconds from sending to being visible, of each command; and what it cost."""
    options = kafka.client(Settings(kafka_bootstrap=system.servers.kafka))
    connection = await asyncpg.connect(system.dsn("reporting"))
    rows = await connection.fetch("SELECT service, max(position) FROM events GROUP BY service")
    floors = {service.name: 0 for service in DECIDING} | {row["service"]: row["max"] for row in rows}
    seen = SeenEvents(floors, {service: set() for service in floors}, {})
    try:
        async with AIOKafkaProducer(**options) as producer:
            meter, looking = Meter(system.servers, system), asyncio.create_task(_look(connection, seen))
            sent = await _send_evenly(pace, commands, lambda event: _send(producer, event))
            usage = meter.read()
            deadline = time.perf_counter() + GIVEN_UP_S
            while missing := sent.keys() - seen.at.keys():
                assert not looking.done(), looking.exception()
                assert time.perf_counter() < deadline, f"{len(missing)} are not visible, {min(missing)} among them"
                await asyncio.sleep(LOOK_EVERY_S)
            looking.cancel()
        return [seen.at[id_] - at for id_, at in sent.items()], usage
    finally:
        connection.terminate()


async def _look(connection: asyncpg.Connection, seen: SeenEvents) -> None:
    while True:
        rows = await connection.fetch(SEEN, list(seen.floors), list(seen.floors.values()))
        seen.take(rows, time.perf_counter())
        await asyncio.sleep(LOOK_EVERY_S)


async def _send(producer: AIOKafkaProducer, event: flow.Event) -> None:
    key, value, headers = binary(event)
    await producer.send(f"{service_of(event)}.commands", value, key=key, headers=headers)


async def _send_evenly(pace: int, events: Iterator[flow.Event], send: Send) -> dict[str, float]:
    """Send each at its moment; returns when each was sent, by its id."""
    began, sent = time.perf_counter(), dict[str, float]()
    for nr, event in enumerate(events):
        await asyncio.sleep(max(0.0, began + nr / pace - time.perf_counter()))
        sent[event["id"]] = time.perf_counter()
        await send(event)
    return sent


async def _bare(servers: Servers, pace: int) -> list[float]:
    """Seconds from producing to consuming, with nothing between."""
    settings, topic = Settings(kafka_bootstrap=servers.kafka), f"b{secrets.token_hex(4)}.events"
    await topics.ensure(settings, [topic])
    number = round(pace * LASTS_S / 3)
    events = ({"id": str(nr)} for nr in range(number))
    received = dict[str, float]()
    options = kafka.client(settings)
    async with AIOKafkaProducer(**options) as producer, AIOKafkaConsumer(topic, **options) as consumer:
        await consumer.seek_to_end()

        async def consume() -> None:
            while len(received) < number:
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    received.update({str((record.key or b"").decode()): time.perf_counter() for record in batch})

        consuming = asyncio.create_task(consume())
        sent = await _send_evenly(
            pace, events, lambda event: producer.send(topic, b"v" * 400, key=event["id"].encode())
        )
        await asyncio.wait_for(consuming, GIVEN_UP_S)
    return [received[id_] - at for id_, at in sent.items()]
