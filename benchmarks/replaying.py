"""Replay from the archive: to a file, compared with Kafka, and back into a lost topic."""

import asyncio
import os
import resource
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from pydantic import SecretStr

from benchmarks.measure import Measured
from kernel.messaging import kafka, topics
from kernel.runtime.settings import Settings
from kernel.store.database import migrate, provision
from services.audit.app import SERVICE
from services.audit.archive import kafka_reader, selection, static_files, writer
from services.audit.archive.selection import Selection
from services.audit.reconcile.kafka_vs_archive import PartitionComparison
from services.audit.reconcile.watermarks import Watermarks
from services.audit.refill import offset_fillers, to_file, to_topic
from services.audit.refill.to_topic import PartitionRefill, Refill
from tests.servers import Servers, fresh_database

RECORDS = int(os.environ.get("BENCHMARK_REPLAYED", "100000"))
PARTITIONS = 4
BATCH = 2_000
MARKS = 200
HEADERS = [
    *(("ce_specversion", b"1.0"), ("ce_source", b"urn:benchmark"), ("ce_type", b"forcegen.approvals.MandateProposed")),
    *(("ce_subject", b"mandate/1"), ("ce_time", b"2026-01-01T00:00:00Z"), ("ce_correlationid", b"benchmark")),
]


def run(servers: Servers) -> list[Measured]:
    """Measure with a separate topic, archived by the service's code; memory peaks are of the whole process."""
    with fresh_database(servers) as name, tempfile.TemporaryDirectory() as directory:
        return asyncio.run(_run(servers, name, Path(directory)))


async def _run(servers: Servers, name: str, directory: Path) -> list[Measured]:
    await provision(servers.database(name), "audit", "only-here")
    url = servers.as_role("audit", "only-here", name)
    await migrate(SecretStr(url), SERVICE.schema)
    topic = f"b{secrets.token_hex(4)}.events"
    settings = Settings(kafka_bootstrap=servers.kafka, topic_partitions=PARTITIONS)
    async with asyncpg.create_pool(url, min_size=1, max_size=2) as pool, pool.acquire() as connection:
        await topics.ensure(settings, [topic])
        await _sent(settings, topic)
        await _archived(settings, topic, pool)
        return [
            await _timed("replay to a file", lambda: _filed(connection, Selection(), directory / "all")),
            await _timed(
                "replay to a file, looking inside each",
                lambda: _filed(connection, Selection(correlations=["benchmark"]), directory / "some"),
            ),
            await _timed("Kafka beside the archive", lambda: _compared(settings, topic, connection)),
            await _timed("refill of a lost topic", lambda: _refilled(settings, topic, connection)),
            await _timed("marks in place of offsets", lambda: _marked(settings, topic), MARKS),
        ]


async def _timed(what: str, work: Callable[[], Coroutine[object, object, float]], many: int = RECORDS) -> Measured:
    """One measurement, with the seconds that the work itself returns."""
    seconds = await work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Measured(what, many, seconds, f"peak {peak} MiB")


async def _sent(settings: Settings, topic: str) -> None:
    async with AIOKafkaProducer(**kafka.client(settings), linger_ms=5) as producer:
        for nr in range(RECORDS):
            sent = await producer.send(
                topic,
                b"v" * 400,
                key=b"mandate/1",
                partition=nr % PARTITIONS,
                headers=[*HEADERS, ("ce_id", b"%d" % nr)],
            )
        await producer.flush()
        await sent


async def _archived(settings: Settings, topic: str, pool: asyncpg.Pool) -> None:
    async with kafka_reader.opened(settings) as there:
        bounds = await there.bounds([(topic, part) for part in range(PARTITIONS)])
        for place, offsets in bounds.items():
            batch = []
            async for record in there.records(place, offsets):
                batch.append(record)
                if len(batch) == BATCH or record.offset + 1 == offsets.stop:
                    async with pool.acquire() as connection, connection.transaction():
                        await writer.prepare(batch)(connection)
                    batch = []


async def _filed(connection: asyncpg.pool.PoolConnectionProxy, which: Selection, path: Path) -> float:
    began = time.perf_counter()
    with to_file.copy(path, dry_run=False) as copy:
        async for page in selection.pages(connection, which, await selection.size(connection)):
            for row in page.records:
                copy.take(static_files.line(row))
        copy.finish()
    assert copy.missing == RECORDS
    return time.perf_counter() - began


async def _compared(settings: Settings, topic: str, connection: asyncpg.pool.PoolConnectionProxy) -> float:
    places = [(topic, part) for part in range(PARTITIONS)]
    async with kafka_reader.opened(settings) as there:
        bounds = await there.bounds(places)
        ends = {place: offsets.stop for place, offsets in bounds.items()}
        measured = Watermarks({"audit": ends}, {}, {topic: PARTITIONS}, bounds, ends, frozenset(places), ())
        began = time.perf_counter()
        partitions = PartitionComparison(there, connection, measured, lambda _: None)
        differences = [each for place in places async for each in partitions.compare(place) if each]
    assert not differences
    return time.perf_counter() - began


@asynccontextmanager
async def _refilling(
    settings: Settings, connection: asyncpg.pool.PoolConnectionProxy
) -> AsyncIterator[tuple[kafka_reader.KafkaReader, Refill]]:
    async with AsyncExitStack() as opened:
        whole = await opened.enter_async_context(kafka_reader.opened(settings, committed=False))
        left = await opened.enter_async_context(offset_fillers.opened(settings, "benchmark"))
        producer = AIOKafkaProducer(
            **kafka.client(settings),
            enable_idempotence=True,
            max_batch_size=to_topic.BATCH_BYTES_MAX,
        )
        await producer.start()
        opened.push_async_callback(producer.stop)
        yield whole, Refill(connection, whole, producer, left, lambda _: None)


async def _refilled(settings: Settings, topic: str, connection: asyncpg.pool.PoolConnectionProxy) -> float:
    admin = AIOKafkaAdminClient(**kafka.client(settings))
    await admin.start()
    await admin.delete_topics([topic])
    await admin.close()
    target = f"again.{topic}"
    await topics.ensure(settings, [target])
    async with _refilling(settings, connection) as (whole, refill):
        began = time.perf_counter()
        for part in range(PARTITIONS):
            plan = PartitionRefill((topic, part), (target, part))
            plan = await to_topic.planned(whole, whole, connection, plan)
            await refill.fill(replace(plan, end=0))
    return time.perf_counter() - began


async def _marked(settings: Settings, topic: str) -> float:
    target = (f"again.{topic}", 0)
    async with (
        offset_fillers.opened(settings, "benchmark") as left,
        kafka_reader.opened(settings, committed=False) as whole,
    ):
        began = time.perf_counter()
        for _ in range(MARKS):
            await left.fill(target)
        seconds = time.perf_counter() - began
        assert (await whole.bounds([target]))[target].stop > RECORDS // PARTITIONS
    return seconds
