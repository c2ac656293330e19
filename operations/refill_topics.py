"""Refills topics that Kafka lost from the archive: compares first, then appends each record at its old offset.

A topic is refilled as a whole, because a record's offset depends on everything before it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from kernel.messaging import kafka, topics
from kernel.runtime.settings import Settings
from kernel.store.sql import Connection
from operations import connections
from operations.archive_selection import Selection, archive_errors
from operations.errors import InvalidRequest, OperationError
from operations.kafka_settings import check_kafka
from operations.progress import OpenProgress
from services.audit.archive import kafka_reader, partition_reader, selection
from services.audit.archive.kafka_reader import KafkaReader
from services.audit.refill import offset_fillers, preflight, to_topic
from services.audit.refill.offset_fillers import OffsetFiller
from services.audit.refill.to_topic import PartitionRefill, Refill

__all__ = ["PartitionRefill", "RefillRequest", "RefillView", "refill_topics"]

TRANSACTIONAL_ID: Final = "forcegen.refill"
SEND_GIVEN_UP_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class RefillRequest:
    """What to refill, from where, and to where."""

    which: Selection
    """Only by topics and services."""
    renamed: Mapping[str, str]
    """By topic, the other name to write it under."""
    brokers: Settings
    database: str | None
    directory: Path
    dry_run: bool


class RefillView(Protocol):
    """Receives the reports of a refill before it writes."""

    def left_out(self, topics: Sequence[str]) -> None:
        """The command topics that were not named, and so are not refilled."""

    def planned(self, plan: Sequence[PartitionRefill]) -> None:
        """The plan: what each partition has, and what would be written to it."""


@dataclass(frozen=True)
class _Clients:
    """The clients for everything that is read or written."""

    archive: Connection
    committed: KafkaReader
    uncommitted: KafkaReader
    producer: AIOKafkaProducer
    fillers: OffsetFiller


async def refill_topics(request: RefillRequest, view: RefillView, open_progress: OpenProgress) -> int:
    """Compare, report the plan, and append missing records unless this is a dry run; returns how many are missing.

    Raises:
        InvalidRequest: the request selects part of a topic, or renames one that it does not select.
        OperationError: a partition cannot be refilled, a service is still reading, or a server failed.
    """
    if request.which.looks_inside or request.which.as_far_as:
        raise InvalidRequest(
            "A topic is refilled whole, or its offsets would be others: use only --topic and --service with"
            " --to topic, or --to file."
        )
    settings = request.brokers
    await check_kafka(settings)
    with _refill_errors(settings.kafka_bootstrap):
        async with AsyncExitStack() as opened:
            archive = await opened.enter_async_context(
                connections.reading("audit", request.database, request.directory)
            )
            return await _refill(opened, archive, settings, request, view, open_progress)


@contextmanager
def _refill_errors(bootstrap: str) -> Iterator[None]:
    try:
        with archive_errors():
            yield
    except (KafkaError, kafka_reader.PartitionSilent) as error:
        cause = f"Kafka at {bootstrap} failed ({type(error).__name__}: {error})"
        raise OperationError(f"{cause}: see `forcegen status`, then run it again; it goes on where it was.") from error
    except to_topic.ForeignWriter as error:
        raise OperationError(str(error)) from error


async def _refill(
    opened: AsyncExitStack,
    archive: Connection,
    settings: Settings,
    request: RefillRequest,
    view: RefillView,
    open_progress: OpenProgress,
) -> int:
    from operations.record_timestamps import stamped_by_sender  # noqa: PLC0415  (another client: too much for --help)

    renamed, dry_run = request.renamed, request.dry_run
    counts = await _partition_counts(archive, request, view)
    clients = await _open_clients(opened, archive, settings)
    if counts.keys() - renamed.keys() and (busy := await preflight.at_work(clients.uncommitted)) and not dry_run:
        raise OperationError(
            f"{', '.join(busy)} read from Kafka now: stop every service first, and everybody who sends."
        )
    there = await clients.uncommitted.partitions([renamed.get(topic, topic) for topic in counts])
    parts = [
        PartitionRefill((topic, part), (renamed.get(topic, topic), part))
        for topic in sorted(counts)
        for part in range(counts[topic])
    ]
    if not dry_run:
        await _abort_open_transaction(clients, parts)
    plan = await _plan(clients, parts, there, {renamed.get(topic, topic): n for topic, n in counts.items()})
    view.planned(plan)
    if refused := [part for part in plan if part.refused]:
        raise OperationError(f"{len(refused)} partitions cannot be refilled, and nothing was written: see the table.")
    missing = sum(part.missing for part in plan)
    if dry_run:
        return missing
    if missing:
        await _create_topics(settings, plan, there)
    async with stamped_by_sender(settings, [part.target[0] for part in plan], missing=missing):
        if missing:
            await _fill(clients, plan, opened, open_progress)
    return missing


async def _partition_counts(archive: Connection, request: RefillRequest, view: RefillView) -> dict[str, int]:
    """The topics to refill, each with its number of partitions according to the archive's offsets."""
    await selection.size(archive)
    if other := await partition_reader.another(archive):
        cause = f"A refill from this archive runs already, in a session of the database server: {other}"
        raise OperationError(f"{cause}. Wait for it, or end it first.")
    which = request.which
    known = {*await selection.partitions(archive), *await partition_reader.stored_offsets(archive, "audit")}
    selection.check(which, known)
    counts: dict[str, int] = {}
    for topic, part in known:
        counts[topic] = max(part + 1, counts.get(topic, 0))
    taken = {topic: count for topic, count in counts.items() if _is_taken(which, topic)}
    if left_out := sorted(topic for topic in counts if topics.are_commands(topic) and topic not in taken):
        view.left_out(left_out)
    if unknown := sorted(request.renamed.keys() - taken.keys()):
        raise InvalidRequest(f"--as names {unknown[0]}, which is not refilled: name it with --topic too.")
    return taken


def _is_taken(which: Selection, topic: str) -> bool:
    """Whether a topic is selected. Commands are orders to act: their topics are selected only by name."""
    return (
        (not which.topics or topic in which.topics)
        and (not which.services or topic.partition(".")[0] in which.services)
        and (topic in which.topics or not topics.are_commands(topic))
    )


async def _open_clients(opened: AsyncExitStack, archive: Connection, settings: Settings) -> _Clients:
    producer = AIOKafkaProducer(
        **kafka.client(settings),
        enable_idempotence=True,
        max_batch_size=to_topic.BATCH_BYTES_MAX,
        max_request_size=topics.RECORD_BYTES_MAX * 2,
        request_timeout_ms=SEND_GIVEN_UP_MS,
    )
    committed = await opened.enter_async_context(kafka_reader.opened(settings))
    uncommitted = await opened.enter_async_context(kafka_reader.opened(settings, committed=False))
    opened.push_async_callback(producer.stop)
    await producer.start()
    marks = await opened.enter_async_context(offset_fillers.opened(settings, TRANSACTIONAL_ID))
    return _Clients(archive, committed, uncommitted, producer, marks)


async def _abort_open_transaction(clients: _Clients, parts: Sequence[PartitionRefill]) -> None:
    """Abort a transaction that an interrupted run left open: its mark must be written before the ends are measured."""
    extents = [await partition_reader.extent(clients.archive, part.source) for part in parts]
    if any(extent.has_gaps for extent in extents):
        await clients.fillers.begin()


async def _plan(
    clients: _Clients, parts: Sequence[PartitionRefill], there: Mapping[str, int], counts: Mapping[str, int]
) -> list[PartitionRefill]:
    settings = await preflight.settings_of(clients.uncommitted, there)
    plan: list[PartitionRefill] = []
    for part in parts:
        topic = part.target[0]
        unfit = preflight.unfit(topic, settings[topic]) if topic in there else None
        if topic in there and there[topic] != counts[topic]:
            unfit = f"it has {there[topic]} partitions and had {counts[topic]}: delete it; it is recreated as it was"
        if unfit:
            plan.append(replace(part, refused=unfit))
            continue
        is_there = topic in there
        plan.append(
            await to_topic.planned(clients.committed, clients.uncommitted, clients.archive, part, is_there=is_there)
        )
    return plan


async def _create_topics(settings: Settings, plan: Sequence[PartitionRefill], there: Collection[str]) -> None:
    """Create missing topics, with the partitions that they had."""
    absent: dict[str, int] = {}
    for part in plan:
        if part.target[0] not in there:
            absent[part.target[0]] = max(part.target[1] + 1, absent.get(part.target[0], 0))
    for topic, partitions in absent.items():
        await topics.ensure(settings.model_copy(update={"topic_partitions": partitions}), [topic])


async def _fill(
    clients: _Clients, plan: Sequence[PartitionRefill], opened: AsyncExitStack, open_progress: OpenProgress
) -> None:
    progress = opened.enter_context(open_progress())
    progress.begin("refill", sum(part.missing + part.fillers for part in plan))
    refill = Refill(clients.archive, clients.uncommitted, clients.producer, clients.fillers, progress)
    for part in plan:
        if part.missing:
            await refill.fill(part)
