"""Reads the partitions of one consumer without a gap, and sets aside those that are blocked.

Reading continues from the stored offset. If the client library returns a later record, `raw_reader` reads what lies
between and `passages` explains it. If the library raises, all partitions are read that way, because it has then lost
the records it had taken from the others. A partition that cannot be read further is set aside and reported, while the
others go on.
"""

import asyncio
import random
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from kernel.messaging import bounded_codecs, kafka
from kernel.messaging.acls import group_of
from kernel.messaging.input_topics import InputTopics
from kernel.messaging.offset_hints import OffsetHints
from kernel.messaging.passages import Piece, PolledBatch, Record, pieces
from kernel.messaging.raw_reader import FETCH_BYTES, EndsBefore, RawReader
from kernel.model.records import LoadOffsets, Partition, Passage
from kernel.runtime.faults import kind
from kernel.runtime.health import Health
from kernel.runtime.settings import Settings

log = structlog.get_logger()
Records: TypeAlias = Sequence[Record]
POLL_MS: Final = 500
"""How long a poll waits if nothing arrives; a record ends the wait at once."""
RAW_BYTES_MIN: Final = 65_536
"""The least bytes to fetch from one partition when our own reader reads all of them."""
LOOK_EVERY_S: Final = 1.0
"""How often an idle partition is checked for offsets that hold no record."""


@dataclass(frozen=True)
class BlockedPartition:
    """A partition that is set aside while the others go on."""

    offset: int
    reason: str
    again_at: float | None
    """When to try it again (monotonic seconds); None if the partition must first reach the stored offset again."""


class PartitionReader:
    """Joins a consumer group and reads its partitions from the stored offsets."""

    def __init__(
        self, name: str, topics: InputTopics, *, settings: Settings, load_offsets: LoadOffsets, health: Health
    ) -> None:
        bounded_codecs.install()
        self.name = name
        self.positions: dict[Partition, int] = {}
        """The next offset of each partition, as stored; advanced by the code that stores it."""
        self.blocked: dict[Partition, BlockedPartition] = {}
        self._settings = settings
        self.polled_max = self._polled = settings.batch_records_max
        """The most records of a poll. Behind one that could not be read, polls begin with those of one batch again."""
        self._load_offsets = load_offsets
        self._health = health
        self._raw = RawReader(kafka.client(settings))
        self._stray: set[Partition] = set()
        self._looked = 0.0
        self.hints = OffsetHints()
        self._topics, self._listener = topics, _Listener(self)
        self._broker = KafkaBroker(
            kafka.bootstrap(settings),
            security=kafka.security(settings),
            allow_auto_create_topics=False,
            apply_types=False,
            logger=None,
        )
        # No handler: FastStream then does not poll by itself. Its loop swallows what a poll raises, and loses the
        # records of other partitions that the same poll had taken (docs/decisions/0014-one-reading-loop.md).
        self._subscriber = self._broker.subscriber(
            *topics.names,
            batch=True,
            group_id=group_of(name),
            fetch_max_bytes=settings.fetch_bytes_max,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            isolation_level="read_committed",
            listener=self._listener,
        )

    @property
    def client(self) -> AIOKafkaConsumer | None:
        """The underlying client; None before the group was joined."""
        return self._subscriber.consumer

    async def join(self) -> None:
        """Connect and join the group."""
        await self._broker.start()

    async def leave(self) -> None:
        """Commit the offsets as a hint, and leave the group."""
        if self.client is not None:
            await self.hints.last(self.client, self._ours())
        await self._raw.close()
        await self._broker.stop()

    def lost_its_place(self) -> None:
        """Mark the client's position as unknown: it is reset before the next poll."""
        self._stray |= self.positions.keys()

    async def next(self) -> PolledBatch:
        """The records that continue the stored offsets, up to the size of a poll; empty if nothing came."""
        assert self.client is not None  # noqa: S101  (joined)
        await self._topics.follow(self.client, self._listener)
        await self._place()
        try:
            polled = await self.client.getmany(timeout_ms=POLL_MS, max_records=self._polled)
        except Exception as fault:
            self._polled = self._settings.batch_records_max
            log.warning("the client cannot read on; reading the raw batches", consumer=self.name, fault=kind(fault))
            self.lost_its_place()  # with what it had taken from other partitions
            return await self._read_raw(fault)
        self._polled = min(2 * self._polled, self.polled_max)
        fresh = await self._place()
        batch = PolledBatch()
        for tp, records in polled.items():
            partition = (tp.topic, tp.partition)
            if partition in self.positions and partition not in fresh and partition not in self.blocked:
                batch.add(await self._completed(tp, records))
        await self._look_at_idle({(tp.topic, tp.partition) for tp in polled}, batch)
        return batch

    async def _place(self) -> Collection[Partition]:
        """Begin new partitions at their stored offsets, and reset the client where it strayed; returns the new ones."""
        fresh = self.assigned() - self.positions.keys()
        if fresh:
            self.positions |= await self._load_offsets(self.name, fresh)
        self._seek(fresh | self._stray)
        self._stray.clear()
        return fresh

    async def _completed(self, tp: TopicPartition, records: Records) -> list[Piece]:
        """The records, with everything that lies between the stored offset and each of them."""
        expected, complete = self.positions[tp.topic, tp.partition], list[Piece]()
        for record in records:
            if record.offset < expected:
                await self._misplaced(tp, expected)
                break
            if record.offset > expected:
                between, expected = await self._between(tp, expected, record.offset)
                complete += between
                if expected < record.offset:
                    self._stray.add((tp.topic, tp.partition))
                    break
            complete.append(record)
            expected = record.offset + 1
        return complete

    async def _between(self, tp: TopicPartition, start: int, end: int) -> tuple[list[Piece], int]:
        """What the broker holds from `start` up to but excluding `end`, and how far that was read."""
        at, pieces_ = start, list[Piece]()
        while at < end and len(pieces_) < self._settings.batch_records_max:
            following = list(pieces(await self._raw.fetch(tp, at), at, end))
            if not following:
                log.warning("offsets are missing; reading again", topic=tp.topic, partition=tp.partition, offset=at)
                break
            pieces_ += following
            at = following[-1].end if isinstance(following[-1], Passage) else following[-1].offset + 1
        return pieces_, at

    async def _misplaced(self, tp: TopicPartition, expected: int) -> None:
        """Handle a client that went back before the stored offset: it lost its place, or the partition ends there."""
        self._stray.add((tp.topic, tp.partition))
        end = await self._raw.end_offset(tp)
        if end < expected:
            self._hold_lost(tp, EndsBefore(expected, end))

    async def _look_at_idle(self, busy: Collection[Partition], batch: PolledBatch) -> None:
        """Pass over offsets at the end of a partition that hold no record, a transaction mark for example."""
        if time.monotonic() - self._looked < LOOK_EVERY_S:
            return
        self._looked = time.monotonic()
        await self._look_at_held()
        for partition in self.assigned() - set(busy) - self._stray - self.blocked.keys():
            tp, stored = TopicPartition(*partition), self.positions[partition]
            reached = await self._client_at(tp)
            if reached is not None and reached < stored:
                await self._misplaced(tp, stored)
            elif reached is not None and reached > stored:
                passed, behind = await self._between(tp, stored, reached)
                batch.add(passed)
                if behind < reached:
                    self._stray.add(partition)

    async def _client_at(self, tp: TopicPartition) -> int | None:
        assert self.client is not None  # noqa: S101  (joined)
        try:
            return int(await asyncio.wait_for(self.client.position(tp), 1))
        except TimeoutError:
            return None

    async def _read_raw(self, why: Exception) -> PolledBatch:
        """Read each partition from its position with our own reader; one that cannot be read does not stop others."""
        batch, faults = PolledBatch(), list[Exception]()
        per_partition = max(1, self._settings.batch_records_max // max(1, len(self.positions)))
        ready = list(self.assigned() & self.positions.keys() - self.blocked.keys())
        share = max(RAW_BYTES_MIN, FETCH_BYTES // max(1, len(ready)))  # all of it is decompressed, even if unused
        random.shuffle(ready)  # if there is too much at once, no partition is always the last
        for partition in ready:
            if sum(len(record.value or b"") for record in batch.records) > bounded_codecs.POLL_BYTES_MAX:
                break
            tp, at = TopicPartition(*partition), self.positions[partition]
            try:
                fetched = await self._raw.fetch(tp, at, bytes_max=share)
            except EndsBefore as ends:
                self._hold_lost(tp, ends)
            except Exception as fault:
                faults.append(fault)
            else:
                batch.add(list(pieces(fetched, at))[:per_partition])
        if not batch:
            raise faults[0] if faults else why
        return batch

    def _hold_lost(self, tp: TopicPartition, ends: EndsBefore) -> None:
        """Block a partition until it reaches the stored offset again, or an operator decides what to read of it."""
        reason = f"{ends}: records were lost, or the topic was recreated"
        self.block((tp.topic, tp.partition), BlockedPartition(ends.offset, reason, None))

    def block(self, partition: Partition, held: BlockedPartition) -> None:
        """Set a partition aside, and report it."""
        self.blocked[partition] = held
        if self.client is not None and partition in self.assigned():
            self.client.pause(TopicPartition(*partition))
        self._health.stands("/".join(map(str, partition)), f"at offset {held.offset}: {held.reason}")
        place = {"topic": partition[0], "partition": partition[1], "offset": held.offset}
        log.error("a partition cannot be read on", reason=held.reason, **place)

    async def _look_at_held(self) -> None:
        for partition, held in list(self.blocked.items()):
            if held.again_at is None:
                goes_on = await self._raw.end_offset(TopicPartition(*partition)) >= held.offset
            else:
                goes_on = time.monotonic() >= held.again_at
            if goes_on:
                self._free({partition})
                self._stray.add(partition)

    def _free(self, partitions: Collection[Partition]) -> None:
        for partition in self.blocked.keys() & set(partitions):
            del self.blocked[partition]
            self._health.moves("/".join(map(str, partition)))
            if self.client is not None and partition in self.assigned():
                self.client.resume(TopicPartition(*partition))

    def assigned(self) -> set[Partition]:
        """The partitions that are this process's now."""
        return {(tp.topic, tp.partition) for tp in self.client.assignment()} if self.client else set()

    async def hint(self, *, at_once: bool = False) -> None:
        """Commit the offsets to Kafka as a hint: periodically, or at once if another process will continue reading."""
        if self.client is not None and at_once:
            await self.hints.last(self.client, self._ours())
        elif self.client is not None:
            self.hints.due(self.client, self._ours())

    def _ours(self) -> dict[Partition, int]:
        ours = self.assigned()
        return {partition: offset for partition, offset in self.positions.items() if partition in ours}

    def _seek(self, partitions: Collection[Partition]) -> None:
        """Seek to the positions of these partitions; skip those that belong to another process by now."""
        for topic, partition in self.assigned().intersection(partitions) & self.positions.keys():
            assert self.client is not None  # noqa: S101  (it has an assignment)
            self.client.seek(TopicPartition(topic, partition), self.positions[topic, partition])

    def forget(self, partitions: Collection[Partition]) -> None:
        """Drop the positions of revoked or newly assigned partitions; the next poll looks up their offsets."""
        self._free(partitions)
        for partition in partitions:
            self.positions.pop(partition, None)
            self._stray.discard(partition)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, reader: PartitionReader) -> None:
        self._reader = reader

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        await self._reader.hint(at_once=True)
        self._reader.forget({(tp.topic, tp.partition) for tp in revoked})

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._reader.forget({(tp.topic, tp.partition) for tp in assigned})
