"""From Kafka to a service: raw batches, with the offsets stored beside their effects.

One loop (`run`) polls a batch and handles it. Nothing is skipped: a batch that fails because of its data is split until
the record at fault stands alone; that record is answered, dead-lettered or parked. Only servers' faults are retried.
Kafka's committed offset is only a hint for lag tools. A consumer that was replaced learns so from the store (`Fenced`)
and starts again from the stored offsets.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Final, TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer

from contracts.unreadable import Unreadable
from kernel.identity.senders import NotTheSender
from kernel.messaging import bounded_codecs
from kernel.messaging.in_parts import Announce, in_parts
from kernel.messaging.input_topics import InputTopics
from kernel.messaging.partition_reader import BlockedPartition, PartitionReader, Records
from kernel.messaging.passages import BROKEN_HEADER, BrokenRecord, PolledBatch, Record
from kernel.model.records import DeadLetter, Fenced, LoadOffsets, OffsetAdvance, Origin, Partition, Passage
from kernel.runtime.bisect_batch import bisect_batch
from kernel.runtime.faults import is_passing, kind, where
from kernel.runtime.health import Health
from kernel.runtime.metrics import FENCED, PASSED_OVER, RECORDS_READ, SET_ASIDE
from kernel.runtime.settings import Settings

__all__ = ["Consumer", "Record", "Records", "check_whole", "dead_letter", "dead_letter_by_origin"]

log = structlog.get_logger()
HandleBatch: TypeAlias = Callable[[Records, OffsetAdvance], Awaitable[None]]
"""Handle a batch and advance the offsets, in one transaction."""
SetAside: TypeAlias = Callable[[Record, OffsetAdvance, Exception], Awaitable[None]]
"""Answer or dead-letter the one record that made its batch fail, and advance the offsets, in one transaction."""
PARTS_MAX: Final = 8
"""How many transactions one poll may fill, where each is announced during the one before."""
STOP_S: Final = 10.0
HELD_AGAIN_S: Final = 30.0
"""How long a partition waits at a record that cannot be handled before it is tried again."""


class Stopping(Exception):
    """The process ends while a batch waits for a server; its successor reads the batch again."""


class Consumer:
    """A member of a consumer group over some topics; to scale out, run more processes of the same service."""

    def __init__(
        self,
        name: str,
        topics: InputTopics,
        *,
        settings: Settings,
        load_offsets: LoadOffsets,
        handle: HandleBatch,
        set_aside: SetAside,
        health: Health,
        announce: Announce | None = None,
    ) -> None:
        """`announce` gets the records of a batch before the one before it is handled; a poll then fills several."""
        self.name = name
        self._settings = settings
        self._handle = handle
        self._announce = announce or _announce_nothing
        self._set_aside = set_aside
        self._health = health
        self._topics = topics
        self._reader = PartitionReader(name, topics, settings=settings, load_offsets=load_offsets, health=health)
        self._reader.polled_max *= 1 if announce is None else PARTS_MAX
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()

    @property
    def client(self) -> AIOKafkaConsumer | None:
        """The underlying client, for seeking and for measuring lag."""
        return self._reader.client

    @property
    def topics(self) -> Sequence[str]:
        """The topics that it reads; more of them as producers get topics of their own."""
        return self._topics.names

    async def run(self) -> None:
        """Join the group and read batch after batch; never ends by itself, only through `stop`."""
        await self._join()
        budget = bounded_codecs.budgeted()
        delay_s = self._settings.retry_delay_ms / 1000
        while not self._stopping.is_set():
            budget.renew()
            try:
                batch = await self._reader.next()
                if batch:
                    await self._handle_polled(batch)
                else:
                    self._health.beat(self.name)
                await self._reader.hint()
                delay_s = self._settings.retry_delay_ms / 1000
            except Stopping:
                break
            except Fenced as fenced:
                FENCED.labels(self.name, self.name).inc()
                log.warning("replaced by another process, starting again from the stored offsets", reason=str(fenced))
                self._reader.forget(self._reader.assigned())
            except Exception as fault:
                self._health.failed(self.name, fault)
                log.warning("nothing could be read", consumer=self.name, fault=kind(fault), where=where(fault))
                self._reader.lost_its_place()
                delay_s = await self._pause(delay_s)
        self._stopped.set()
        await asyncio.Event().wait()  # the caller of `stop` ends this

    async def stop(self) -> None:
        """Finish the current batch, commit its offsets as a hint, and leave the group."""
        self._stopping.set()
        try:
            await asyncio.wait_for(self._stopped.wait(), STOP_S)
        except TimeoutError:
            log.warning("the batch at hand was not finished", consumer=self.name)
        await self._reader.leave()

    async def _join(self) -> None:
        delay_s = self._settings.retry_delay_ms / 1000
        while not self._stopping.is_set():
            try:
                await self._reader.join()
                break
            except Exception as fault:
                self._health.failed(self.name, fault)
                log.warning("the group cannot be joined", consumer=self.name, fault=kind(fault))
                delay_s = await self._pause(delay_s)

    async def _pause(self, delay_s: float) -> float:
        """Wait before another attempt, unless the process ends; returns the length of the next pause."""
        try:
            await asyncio.wait_for(self._stopping.wait(), delay_s)
        except TimeoutError:
            return min(delay_s * 2, self._settings.retry_delay_max_ms / 1000)
        return delay_s

    async def _handle_polled(self, polled: PolledBatch) -> None:
        async def handle(records: Records) -> bool:
            await self._handle_batch(records, polled.passages)
            self._health.progressed(self.name)
            return not self._stopping.is_set()

        await in_parts(polled.records, self._settings.batch_records_max, self._announce, handle)

    async def _handle_batch(self, records: Records, passages: Sequence[Passage]) -> None:
        """Handle a batch in one transaction if possible; if its data is at fault, in two halves, in order."""
        await bisect_batch(
            records,
            lambda part: self._handle_part(part, passages),
            lambda record, fault: self._set_record_aside(record, passages, fault),
            splits=lambda fault: not isinstance(fault, (Fenced, Stopping)),
        )

    async def _handle_part(self, records: Records, passages: Sequence[Passage]) -> None:
        ours = self._reader.positions.keys() - self._reader.blocked.keys()  # a rebalance may have taken some away
        records = [record for record in records if (record.topic, record.partition) in ours]
        offsets = self._offsets_after(records, passages)
        if offsets.steps:
            await self._retrying(lambda: self._handle(records, offsets), offsets)
            self._advance(offsets, len(records))

    async def _set_record_aside(self, record: Record, passages: Sequence[Passage], fault: Exception) -> None:
        offsets = self._offsets_after([record], passages)
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        log.error("a record is set aside", consumer=self.name, fault=kind(fault), where=where(fault), **place)
        try:
            await self._retrying(lambda: self._set_aside(record, offsets, fault), offsets)
        except (Fenced, Stopping):
            raise
        except Exception as again:  # our defect: the record stays where it is, and its partition waits behind it
            reason = f"its record can neither be taken in nor set aside ({kind(again)})"
            held = BlockedPartition(record.offset, reason, time.monotonic() + HELD_AGAIN_S)
            self._reader.block((record.topic, record.partition), held)
        else:
            SET_ASIDE.labels(self.name, self.name).inc()
            self._advance(offsets, 1)

    async def _retrying(self, work: Callable[[], Awaitable[None]], offsets: OffsetAdvance) -> None:
        """Wait out a server's fault; raise a fault of the data."""
        delay_s = self._settings.retry_delay_ms / 1000
        while True:
            try:
                with self._health.working(self.name):
                    return await work()
            except Fenced:
                raise
            except Exception as fault:
                if not is_passing(fault):
                    raise
                stands = ", ".join(f"{topic}/{part} at {old}" for (topic, part), (old, _) in offsets.steps.items())
                self._health.failed(self.name, fault, stands=stands)
                log.warning("a batch waits for a server", consumer=self.name, fault=kind(fault), delay_s=delay_s)
                delay_s = await self._pause(delay_s)
                if self._stopping.is_set():
                    raise Stopping from fault

    def _offsets_after(self, records: Records, passages: Sequence[Passage]) -> OffsetAdvance:
        """The offsets after these records, with the passages among them and right behind them."""
        ends: dict[Partition, int] = {}
        for record in records:
            ends[record.topic, record.partition] = record.offset + 1
        included: list[Passage] = []
        for passage in passages:
            partition = (passage.topic, passage.partition)
            if partition in self._reader.blocked or partition not in self._reader.positions:
                continue
            at = self._reader.positions[partition]
            if at <= passage.start <= ends.get(partition, at):
                ends[partition] = max(ends.get(partition, at), passage.end)
                included.append(passage)
        return OffsetAdvance(
            self.name, {p: (self._reader.positions[p], end) for p, end in ends.items()}, tuple(included)
        )

    def _advance(self, offsets: OffsetAdvance, records: int) -> None:
        self._reader.positions |= {partition: end for partition, (_, end) in offsets.steps.items()}
        RECORDS_READ.labels(self.name, self.name).inc(records)
        for passage in offsets.passages:
            PASSED_OVER.labels(self.name, self.name, passage.reason).inc(passage.end - passage.start)
            log.info("offsets hold no record", **asdict(passage))


def _announce_nothing(_: Records) -> None:
    return


def dead_letter(record: Record, fault: Unreadable | NotTheSender) -> DeadLetter:
    """The dead letter of a record that could not be read, or whose sender cannot be believed."""
    origin = Origin(record.topic, record.partition, record.offset)
    headers = tuple(record.headers)
    return DeadLetter(origin, record.key, record.value, headers, fault.reason, fault.field, fault.remedy)


def dead_letter_by_origin(record: Record, fault: Exception) -> DeadLetter:
    """The dead letter of a record that no transaction can store: its origin and the reason, without its bytes."""
    origin = Origin(record.topic, record.partition, record.offset)
    reason = f"The record made every transaction fail that it was in ({kind(fault)})."
    return DeadLetter(
        origin, None, None, (), reason, None, "Read it in its topic or in the archive, and send it corrected."
    )


def check_whole(record: Record) -> None:
    """Raise `Unreadable` for a record that stands for a batch that cannot be decoded."""
    if isinstance(record, BrokenRecord):
        reason = dict(record.headers)[BROKEN_HEADER].decode()
        raise Unreadable(f"Its batch cannot be taken apart: {reason}.", "value", "Send what was in it again.")
