"""`forcegen audit replay --to topic`: what was lost, compared first, then appended where it was."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import typer
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from cli.connect import databases, endpoints
from cli.connect.kafka import settings as spoken_to
from cli.output.errors import Complaint
from cli.output.progress import Records, records
from cli.output.terminal import news, number, results, row, table
from kernel.messaging import kafka, topics
from kernel.runtime.settings import Settings
from kernel.store.postgres import Connection
from services.audit.archive import kafka_reader, partition_reader
from services.audit.archive import selection as archive
from services.audit.archive.kafka_reader import KafkaReader
from services.audit.archive.selection import Selection
from services.audit.refill import offset_fillers, to_topic
from services.audit.refill import preflight as fitness
from services.audit.refill.offset_fillers import OffsetFiller
from services.audit.refill.to_topic import PartitionRefill, Refill

DRY: Final = "Nothing was written: this is the difference that it would make."
TRANSACTIONAL_ID: Final = "forcegen.refill"
SEND_GIVEN_UP_MS: Final = 60_000


def refill(
    which: Selection,
    renamed: Sequence[str],
    bootstrap: str | None,
    database: str | None,
    directory: Path,
    *,
    dry_run: bool,
) -> None:
    """Compare, say what would change, and append it unless this is a dry run."""
    if which.looks_inside or which.as_far_as:
        raise Complaint(
            "A topic is refilled whole, or its offsets would be others: use only --topic and --room with --to topic,"
            " or --to file.",
            2,
        )
    address = endpoints.bootstrap(bootstrap, directory)
    try:
        asyncio.run(_run(which, _names(renamed), spoken_to(address), database, directory, dry_run))
    except (KafkaError, kafka_reader.PartitionSilent) as fault:
        told = f"Kafka at {address} failed ({type(fault).__name__}: {fault})"
        raise Complaint(f"{told}: see `forcegen status`, then run it again; it goes on where it was.") from fault
    except (archive.UnknownFilterValue, archive.UnsequencedRecords, to_topic.ForeignWriter) as fault:
        raise Complaint(str(fault)) from fault


def _names(renamed: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in renamed:
        topic, _, other = text.partition("=")
        if not (topic and other):
            raise Complaint(f"--as {text!r} names no two topics: write e.g. approvals.events=test.approvals.events.", 2)
        found[topic] = other
    return found


@dataclass(frozen=True)
class _Clients:
    """Everything that is asked or written to."""

    archive: Connection
    committed: KafkaReader
    whole: KafkaReader
    producer: AIOKafkaProducer
    marks: OffsetFiller


async def _run(
    which: Selection, names: Mapping[str, str], settings: Settings, database: str | None, directory: Path, dry_run: bool
) -> None:
    async with AsyncExitStack() as opened:
        connection = await opened.enter_async_context(databases.reading("audit", database, directory))
        await archive.size(connection)
        if other := await partition_reader.another(connection):
            told = f"A refill from this archive runs already, in a session of the database server: {other}"
            raise Complaint(f"{told}. Wait for it, or end it first.")
        counts = await _wanted(connection, which)
        if unknown := names.keys() - counts.keys():
            raise Complaint(f"--as names {sorted(unknown)[0]}, which is not refilled: name it with --topic too.", 2)
        clients = await _connected(opened, connection, settings)
        if counts.keys() - names.keys() and (busy := await fitness.at_work(clients.whole)) and not dry_run:
            raise Complaint(f"{', '.join(busy)} read from Kafka now: stop every room first, and everybody who sends.")
        there = await clients.whole.partitions([names.get(topic, topic) for topic in counts])
        parts = [
            PartitionRefill((topic, part), (names.get(topic, topic), part))
            for topic in sorted(counts)
            for part in range(counts[topic])
        ]
        if not dry_run:
            await _take_back(clients, parts)
        plan = await _planned(clients, parts, there, {names.get(topic, topic): n for topic, n in counts.items()})
        _show(plan)
        if dry_run:
            typer.echo(DRY)
        elif any(part.missing for part in plan):
            await _made(settings, plan, there)
            bar = opened.enter_context(records())
            await _filled(clients, plan, bar)
            typer.echo(f"{sum(part.missing for part in plan):,} records were written, each at the offset that it had.")


async def _wanted(connection: Connection, which: Selection) -> dict[str, int]:
    """The topics to be refilled, each with the number of its partitions, by how far the archive has read them all."""
    known = {*await archive.partitions(connection), *await partition_reader.stored_offsets(connection, "audit")}
    archive.check(which, known)
    counts: dict[str, int] = {}
    for topic, part in known:
        counts[topic] = max(part + 1, counts.get(topic, 0))
    named = [
        topic
        for topic in counts
        if (not which.topics or topic in which.topics)
        and (not which.rooms or topic.partition(".")[0] in which.rooms)
        and (topic in which.topics or not topic.endswith(".commands"))
    ]
    if left_out := sorted(topic for topic in counts if topic.endswith(".commands") and topic not in named):
        news().print(f"Left out, since commands are orders to act: {', '.join(left_out)}. Name them with --topic.")
    return {topic: counts[topic] for topic in named}


async def _connected(opened: AsyncExitStack, connection: Connection, settings: Settings) -> _Clients:
    producer = AIOKafkaProducer(
        **kafka.client(settings),
        enable_idempotence=True,
        max_batch_size=to_topic.BATCH_BYTES_MAX,
        max_request_size=topics.RECORD_BYTES_MAX * 2,
        request_timeout_ms=SEND_GIVEN_UP_MS,
    )
    committed = await opened.enter_async_context(kafka_reader.opened(settings))
    whole = await opened.enter_async_context(kafka_reader.opened(settings, committed=False))
    opened.push_async_callback(producer.stop)
    await producer.start()
    left = await opened.enter_async_context(offset_fillers.opened(settings, TRANSACTIONAL_ID))
    return _Clients(connection, committed, whole, producer, left)


async def _take_back(clients: _Clients, parts: Sequence[PartitionRefill]) -> None:
    """A run that was cut short may have left a transaction open: its mark must come before the ends are measured."""
    kept = [await partition_reader.extent(clients.archive, part.source) for part in parts]
    if any(extent.has_gaps for extent in kept):
        await clients.marks.begin()


async def _planned(
    clients: _Clients, parts: Sequence[PartitionRefill], there: Mapping[str, int], counts: Mapping[str, int]
) -> list[PartitionRefill]:
    settings = await fitness.settings_of(clients.whole, there)
    plan: list[PartitionRefill] = []
    for part in parts:
        topic = part.target[0]
        unfit = fitness.unfit(settings[topic]) if topic in there else None
        if topic in there and there[topic] != counts[topic]:
            unfit = f"it has {there[topic]} partitions and had {counts[topic]}: delete it; it is made anew as it was"
        if unfit:
            plan.append(replace(part, refused=unfit))
            continue
        made = topic in there
        plan.append(await to_topic.planned(clients.committed, clients.whole, clients.archive, part, is_there=made))
    return plan


def _show(plan: Sequence[PartitionRefill]) -> None:
    shown = table("partition", *map(number, ("there", "missing", "marks", "gone from the front")), "refused because")
    for part in plan:
        cells = (f"{part.there:,}", f"{part.missing:,}", f"{part.marks:,}", f"{part.gone:,}")
        row(shown, ("/".join(map(str, part.target)), *cells, part.refused))
    results().print(shown)
    if gone := sum(part.gone for part in plan):
        told = f"{gone:,} records were deleted by Kafka at the front, and it only appends"
        news().print(f"{told}: to have them again, delete the topic and refill it whole.")
    if refused := [part for part in plan if part.refused]:
        raise Complaint(f"{len(refused)} partitions cannot be refilled, and nothing was written: see the table.")


async def _made(settings: Settings, plan: Sequence[PartitionRefill], there: Collection[str]) -> None:
    """Topics that are not there, with the partitions that they had."""
    absent: dict[str, int] = {}
    for part in plan:
        if part.target[0] not in there:
            absent[part.target[0]] = max(part.target[1] + 1, absent.get(part.target[0], 0))
    for topic, partitions in absent.items():
        await topics.ensure(settings.model_copy(update={"topic_partitions": partitions}), [topic])


async def _filled(clients: _Clients, plan: Sequence[PartitionRefill], bar: Records) -> None:
    bar.begin("refill", sum(part.missing + part.marks for part in plan))
    filling = Refill(clients.archive, clients.whole, clients.producer, clients.marks, bar)
    for part in plan:
        if part.missing:
            await filling.fill(part)
