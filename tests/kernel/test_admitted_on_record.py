"""A command over HTTP, its events and its outcome are one commit, whatever happens between their statements."""

import asyncio
import signal
import sys
from dataclasses import replace

import asyncpg
import pytest

from contracts.raw_events import RawEvent, raw_from_kafka
from kernel.decide.command_handler import CommandHandler
from kernel.model.admitted import keeping
from kernel.model.records import DecodedCommand
from kernel.store.postgres import PostgresStore
from tests.kernel.door import Counting, reject
from tests.kernel.publishing import published
from tests.kernel.registered import attributes_of
from tests.kernel.stores import postgres_pool
from tests.servers import Servers

pytestmark = pytest.mark.servers
TOPIC = "counting.admitted"
CHILD = """
import asyncio, os, signal, sys, asyncpg
from kernel.store import postgres
from tests.kernel import test_admitted_on_record as here

def killed(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    setattr(postgres, sys.argv[2], killed)
    async with asyncpg.create_pool(sys.argv[1], min_size=1, max_size=2) as pool:
        await here.handler(pool).handle([here.over_http("c-1")])

asyncio.run(main())
"""


def over_http(id_: str, mandate: str = "kz-1", act: str = "1") -> DecodedCommand:
    """A command as it came over HTTP, its data with white space that a codec would leave out."""
    command = reject(id_, mandate, act)
    spaced = command.envelope.data.replace(b":", b" : ")
    return keeping(command, RawEvent(attributes_of(command.envelope), spaced), TOPIC)


def handler(pool: asyncpg.Pool) -> CommandHandler:
    return CommandHandler(Counting(), PostgresStore(pool), service="counting", streams_cached_max=9)


async def on_record(pool: asyncpg.Pool) -> tuple[int, ...]:
    """How many events, outcomes and kept commands there are, and the last position of each log."""
    counts = "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM outcomes), (SELECT count(*) FROM admitted)"
    heads = "SELECT events, outcomes, admitted FROM log_heads"
    return (*tuple((await pool.fetch(counts))[0]), *tuple((await pool.fetch(heads))[0]))


@pytest.mark.parametrize("between", ["_event_columns", "_append_outcomes", "hold"])
async def test_kill_9_between_events_and_admitted_record_loses_neither(
    servers: Servers, database: str, between: str
) -> None:
    """Given a process that is killed after one of them was written and before the other, then neither is on record;
    and when the caller sends the command again, as a caller without an answer does, both are, once."""
    async with postgres_pool(servers, database) as pool:
        url = servers.as_role("counting", "secret", database)
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, url, between)
        assert await child.wait() == -signal.SIGKILL
        assert await on_record(pool) == (0, 0, 0, 0, 0, 0)
        for _ in range(2):
            (answer,) = await handler(pool).handle([over_http("c-1")])
            assert answer.status == "accepted"
        assert await on_record(pool) == (1, 2, 1, 1, 2, 1)


async def test_events_and_outcomes_name_the_record_of_their_command(servers: Servers, database: str) -> None:
    from_kafka = replace(reject("c-1"), place="counting.commands/0/7")
    async with postgres_pool(servers, database) as pool:
        await handler(pool).handle([from_kafka, over_http("c-2", "kz-2", "times:2"), over_http("c-3", "kz-3", "no")])
        query = "SELECT causation_id, causeplace FROM events ORDER BY position"
        places = {"c-1": "counting.commands/0/7", "c-2": f"{TOPIC}#1", "c-3": f"{TOPIC}#2"}
        expected = [(id_, places[id_]) for id_ in ("c-1", "c-2", "c-2")]
        assert [tuple(row) for row in await pool.fetch(query)] == expected
        query = "SELECT command_id, causeplace FROM outcomes ORDER BY position"
        assert [tuple(row) for row in await pool.fetch(query)] == list(places.items())


async def test_a_command_over_http_that_waits_is_kept_once_and_its_events_name_it(
    servers: Servers, database: str
) -> None:
    async with postgres_pool(servers, database) as pool:
        (waits,) = await handler(pool).handle([over_http("c-1", "kz-1", "wait:kz-2")])
        assert waits.status == "pending"
        await handler(pool).handle([over_http("c-2", "kz-2")])
        (ready,) = await PostgresStore(pool).ready(9)
        assert ready.place == f"{TOPIC}#1"
        again = replace(reject("c-1", "kz-1", "wait:kz-2"), place=ready.place, was_pending=True)
        (answer,) = await handler(pool).handle([again])
        assert answer.status == "accepted"
        last = await pool.fetchval("SELECT causeplace FROM events ORDER BY position DESC LIMIT 1")
        assert (last, await pool.fetchval("SELECT count(*) FROM admitted")) == (f"{TOPIC}#1", 2)


async def test_the_relay_publishes_what_was_kept_once_and_byte_for_byte(servers: Servers, database: str) -> None:
    """Given a relay that began again, then the topic holds each kept command once, as it came."""
    async with published(servers, database) as service:
        store = CommandHandler(Counting(), PostgresStore(service.pool), service=service.name, streams_cached_max=9)
        commands = [over_http(f"c-{nr}", f"kz-{nr % 5}") for nr in range(20)]
        async with service.relaying():
            await store.handle(commands[:10])
            await service.published("admitted", 10)
        await store.handle(commands[10:])
        async with service.relaying():
            records = await service.published("admitted", 20)
    sent = {record.key(): record for record in records}
    assert sent.keys() == {f"mandate/kz-{nr}".encode() for nr in range(5)}
    by_id = {dict(record.headers())["ce_id"].decode(): record for record in records}
    assert sorted(int(dict(record.headers())["admitted-position"]) for record in records) == list(range(1, 21))
    for command in commands:
        record, kept = by_id[command.envelope.id], command.admitted
        assert kept is not None
        assert record.value() == kept.data
        raw = raw_from_kafka(record.value(), record.headers())
        assert raw.attributes == attributes_of(command.envelope)
