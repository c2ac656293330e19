"""Commands in a service: load, decide and append on Postgres, in batches; without Kafka and without the relay.

A part of what benchmarks/ledgers.py measures on the real process: for whoever works on the kernel.
"""

import asyncio
import time
from datetime import UTC, datetime

import asyncpg
from pydantic import SecretStr

import services.deployments.app
import services.vacancies.app
from benchmarks.measure import Measured
from contracts.cloudevents import Envelope, from_kafka
from contracts.registry import commands_of
from kernel.command_service import MIGRATIONS, DecidingService
from kernel.decide import decode
from kernel.decide.command_handler import CommandHandler
from kernel.identity.principal import UNAUTHENTICATED, Principal, system
from kernel.model.records import DecodedCommand
from kernel.store.database import migrate, provision
from kernel.store.postgres import PostgresStore
from tests.faults import flow
from tests.foreign import binary, command
from tests.servers import Servers, fresh_database

BATCH = 500
COMMANDS = 10_000


def run(servers: Servers) -> list[Measured]:
    """Candidates spread over many streams; tours on twenty ledgers, each with its ceiling and its claims."""
    with fresh_database(servers) as name:
        return asyncio.run(_run(servers, name))


async def _run(servers: Servers, name: str) -> list[Measured]:
    candidates = [event for nr in range(COMMANDS // 2) for event in flow.candidate(nr)]
    tours = [event for nr in range(COMMANDS // 3) for event in flow.tour(nr)]
    return [
        await _measure(
            servers,
            name,
            services.vacancies.app.SERVICE,
            [],
            candidates,
            "no Kafka, no relay; a stream each; batches of 500",
        ),
        await _measure(
            servers,
            name,
            services.deployments.app.SERVICE,
            _ground(),
            tours,
            "no Kafka, no relay; 20 short ledgers with ceilings and claims",
        ),
    ]


def _ground() -> list[flow.Event]:
    """The events of twenty open lines, and of the mission that they cover."""
    status = {"mission": "UNIFIL", "status": "active", "since": "1978-03-19", "authority": "S/RES/425"}
    ground = [command("unifil", "deployments.RecordMissionStatus", "mission/UNIFIL", status)]
    for nr in range(flow.MANDATES):
        own = flow.line_of(nr)
        terms = flow.proposal("", own["mandate"])["data"]["lines"][0]
        opening = {**own, "contributor": "KAZ", "terms": terms, "since": "2022-07-01"}
        ground.append(command(f"open-{nr}", "deployments.OpenLine", f"line/{own['mandate']}/all", opening))
    return ground


async def _measure(
    servers: Servers,
    name: str,
    service: DecidingService,
    ground: list[flow.Event],
    commands: list[flow.Event],
    note: str,
) -> Measured:
    await provision(servers.database(name), service.name, "bench")
    url = servers.as_role(service.name, "bench", name)
    await migrate(SecretStr(url), MIGRATIONS)
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        store = PostgresStore(pool)
        handler = CommandHandler(
            service.decider, store, service=service.name, streams_cached_max=10_000, appended=lambda: None
        )
        await handler.handle([_decoded(service, event, system(service.name)) for event in ground])
        started = time.perf_counter()
        for first in range(0, len(commands), BATCH):
            answers = await handler.handle([_decoded(service, event) for event in commands[first : first + BATCH]])
            if wrong := [answer for answer in answers if answer.status != "accepted"]:
                raise AssertionError(wrong[0])
        return Measured(f"decide and append: {service.name}", len(commands), time.perf_counter() - started, note)


def _decoded(service: DecidingService, event: flow.Event, principal: Principal = UNAUTHENTICATED) -> DecodedCommand:
    key, value, headers = binary(event)
    envelope: Envelope = from_kafka(key, value, headers)
    received = datetime(2022, 7, 1, tzinfo=UTC)
    return decode.command(
        envelope, commands_of(service.name), received=received, bytes_max=262_144, principal=principal
    )
