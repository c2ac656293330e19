"""From Kafka to a room: raw batches, with the offsets kept beside their effects.

FastStream polls and this decides nothing: bytes go to `handle` as they came, and `handle` commits its effects and the
new offsets in one transaction. What is read starts from the stored offset, found by a seek when a partition is first
met; Kafka's committed offset is only a hint for lag tools. Nothing is ever skipped: a passing fault retries the same
batch, and a consumer that was replaced learns so from the store (`Fenced`) and starts again from what is stored.
"""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TypeAlias, cast

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import ConsumerProtocol, KafkaMessage

from contracts.unreadable import Unreadable
from kernel import kafka
from kernel.health import Health
from kernel.metrics import FENCED, RECORDS_READ
from kernel.records import DeadLetter, Fenced, Origin, Partition, Progress
from kernel.serving import where
from kernel.settings import Settings

log = structlog.get_logger()
Records: TypeAlias = Sequence["ConsumerRecord[bytes | None, bytes | None]"]
Handle: TypeAlias = Callable[[Records, Progress], Awaitable[None]]
Start: TypeAlias = Callable[[str, Collection[Partition]], Awaitable[Mapping[Partition, int]]]
HINT_EVERY_S = 5.0


class Consumer:
    """One consumer group over some topics; scale out by running more processes of the same room."""

    def __init__(
        self, name: str, topics: Sequence[str], *, settings: Settings, start: Start, handle: Handle, health: Health
    ) -> None:
        self.name = name
        self._settings = settings
        self._start = start
        self._handle = handle
        self._health = health
        self.positions: dict[Partition, int] = {}
        self._hinted = 0.0
        self._broker = KafkaBroker(
            settings.kafka_bootstrap,
            security=kafka.security(settings),
            allow_auto_create_topics=False,
            apply_types=False,
            logger=None,
            graceful_timeout=10,
        )
        self._subscriber = self._broker.subscriber(
            *topics,
            batch=True,
            group_id=f"forcegen.{name}",
            max_records=settings.batch_records_max,
            batch_timeout_ms=settings.batch_timeout_ms,
            fetch_max_bytes=settings.fetch_bytes_max,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            isolation_level="read_committed",
            parser=self._parse,
            decoder=_records,
            listener=_Listener(self),
        )
        self._subscriber(self._take)

    async def start(self) -> None:
        """Join the group and begin to read."""
        await self._broker.start()

    async def stop(self) -> None:
        """Finish the batch at hand and leave the group."""
        await self._broker.stop()

    @property
    def client(self) -> AIOKafkaConsumer | None:
        """The client underneath, for seeking and for measuring lag."""
        return self._subscriber.consumer

    async def _parse(self, records: Records) -> KafkaMessage:
        return KafkaMessage(
            body=[record.value or b"" for record in records],
            headers={},
            batch_headers=[],
            raw_message=tuple(records),
            consumer=cast(ConsumerProtocol, self._subscriber.consumer),
            message_id="",
            correlation_id="",
        )

    async def _take(self, records: list[object]) -> None:
        """Handle a batch, again and again until it is done or shown to be somebody else's; never raise."""
        work, delay_s = self._attempt, self._settings.retry_delay_ms / 1000
        while True:
            try:
                return await work(records)
            except Fenced as fenced:
                FENCED.labels(self.name, self.name).inc()
                log.warning("replaced by another process, starting again from the stored offsets", reason=str(fenced))
                work = self._start_again
            except Exception as fault:
                self._health.failed(self.name, fault)
                told = {"fault": type(fault).__name__, "where": where(fault), "delay_s": delay_s}
                log.warning("a batch failed and is tried again", consumer=self.name, **told)
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, self._settings.retry_delay_max_ms / 1000)

    async def _start_again(self, records: Records) -> None:
        """Go back to the stored offsets of a batch's partitions. At once: a partition may be quiet from now on."""
        self.positions |= await self._start(self.name, {(r.topic, r.partition) for r in records})
        self._seek({(r.topic, r.partition) for r in records})

    def _seek(self, partitions: Collection[Partition]) -> None:
        """Read these partitions from where they stand; those that are somebody else's by now are left to them."""
        for topic, partition in self._assigned().intersection(partitions):
            assert self.client is not None  # noqa: S101  (it has an assignment)
            self.client.seek(TopicPartition(topic, partition), self.positions[topic, partition])

    async def _attempt(self, records: Records) -> None:
        skipping = await self._meet(records)
        fresh = [r for r in records if r.offset >= self.positions[r.topic, r.partition] and not skipping(r)]
        if not fresh:
            return
        ends = {(r.topic, r.partition): r.offset + 1 for r in fresh}
        await self._handle(fresh, Progress(self.name, {p: (self.positions[p], end) for p, end in ends.items()}))
        self.positions |= ends
        self._health.progressed(self.name)
        RECORDS_READ.labels(self.name, self.name).inc(len(fresh))
        self._hint()

    async def _meet(self, records: Records) -> Callable[["ConsumerRecord[bytes | None, bytes | None]"], bool]:
        """Learn where partitions stand that are new here; those that Kafka began elsewhere are read again by a seek."""
        firsts: dict[Partition, int] = {}
        for record in records:
            firsts.setdefault((record.topic, record.partition), record.offset)
        new = firsts.keys() - self.positions.keys()
        if not new:
            return lambda _: False
        self.positions |= await self._start(self.name, new)
        misplaced = {p for p in new if firsts[p] > self.positions[p]}
        self._seek(misplaced)
        return lambda record: (record.topic, record.partition) in misplaced

    def _assigned(self) -> set[Partition]:
        return {(tp.topic, tp.partition) for tp in self.client.assignment()} if self.client else set()

    def forget(self, partitions: Collection[TopicPartition]) -> None:
        """Partitions that are no longer ours, or newly so: their offsets are looked up when they are next met."""
        for tp in partitions:
            self.positions.pop((tp.topic, tp.partition), None)

    def _hint(self) -> None:
        """Tell Kafka how far we are, now and then and in no hurry."""
        if self.client is None or time.monotonic() - self._hinted < HINT_EVERY_S:
            return
        self._hinted = time.monotonic()
        offsets = {TopicPartition(*p): o for p, o in self.positions.items() if p in self._assigned()}
        # An empty context: a commit's timers would otherwise keep the batch at hand alive (see docs/decisions).
        asyncio.get_running_loop().create_task(_commit(self.client, offsets), context=contextvars.Context())


def buried(record: "ConsumerRecord[bytes | None, bytes | None]", fault: Unreadable) -> DeadLetter:
    """The dead letter of a record that could not be read."""
    origin = Origin(record.topic, record.partition, record.offset)
    headers = tuple(record.headers)
    return DeadLetter(origin, record.key, record.value, headers, fault.reason, fault.field, fault.remedy)


async def _commit(client: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> None:
    try:
        await client.commit(dict(offsets))
    except Exception as fault:  # only a hint: the truth is in the store
        log.info("Kafka did not take the offset hint", fault=type(fault).__name__)


async def _records(message: KafkaMessage) -> object:
    return message.raw_message


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self._consumer.forget(revoked)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._consumer.forget(assigned)
