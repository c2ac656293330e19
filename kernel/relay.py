"""From a room's logs to its topics, each row once and in order, also after `kill -9` at any moment.

One relay of a room is active: the holder of an advisory lock. It sends with an idempotent producer, and every record
carries its position. After a crash the successor asks each partition for the last position that it holds and goes on
from there; that is exact because a partition holds its rows in position order, and because the successor first waits
until no send of its predecessor can still arrive (`sending_until`, written before sending). A living relay never gives
a send up: the idempotent producer repeats it under the same sequence number, which the broker knows. One that can no
longer show that it is the only one (its session is gone, its lease runs out, sends are under way) ends its process.
"""

import asyncio
import os
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.partitioner import murmur2

from kernel import kafka, topics
from kernel.health import Health
from kernel.logs import POSITIONS, Outgoing, ReadLog
from kernel.metrics import RECORDS_SENT, UNRELAYED
from kernel.settings import Settings
from kernel.sql import queries

log = structlog.get_logger()
SEND_GIVEN_UP_MS: Final = 300_000
"""The producer repeats a send for so long: a broker that is slow must not make a second, unrelated send of it."""
EXIT_CODE: Final = 70
_LOOK_BACK = 32
"""Records at a partition's end among which its last own one is looked for; ten times more in each further try."""


def partition_of(key: bytes, partitions: int) -> int:
    """Kafka's own default: murmur2 of the key. Fixed here, since a row's partition must be known before it is sent."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


@dataclass
class _Topic:
    """A log on its way: how many partitions, the last position that each holds, and how far all of it is confirmed."""

    name: str
    partitions: int
    held: dict[int, int]
    confirmed: int


class Relay:
    """Carries a room's logs to Kafka while it holds the lock; otherwise waits for it."""

    def __init__(self, room: str, url: str, logs: Mapping[str, ReadLog], *, settings: Settings, health: Health) -> None:
        self._room = room
        self._url = url
        self._logs = logs
        self._settings = settings
        self._health = health
        self._sql = queries("kernel.sql", "relay.sql")
        self._lease_s = settings.relay_lease_ms / 1000
        self._lease_ends = 0.0
        self._sending = False
        self.woken = asyncio.Event()

    async def run(self) -> None:
        """Relay for ever; a fault closes everything and begins again."""
        while True:
            try:
                await self._session()
            except Exception as fault:  # whatever it was, the next session starts from what the partitions hold
                self._health.failed("relay", fault)
                log.warning("the relay begins again", fault=f"{type(fault).__name__}: {fault}")
                await asyncio.sleep(self._settings.retry_delay_ms / 1000)

    async def _session(self) -> None:
        connection = await asyncpg.connect(self._url, command_timeout=self._lease_s)
        try:
            while not await connection.fetchval(self._sql["lock"], self._room):
                self._health.beat("relay")
                await asyncio.sleep(self._settings.relay_poll_ms / 1000)
            await connection.execute(self._sql["sleep_out_lease"], timeout=None)
            await self._active(connection)
        finally:
            await connection.close(timeout=2)

    async def _active(self, connection: asyncpg.Connection) -> None:
        self._lease_ends = 0.0
        producer = AIOKafkaProducer(
            **kafka.client(await kafka.answering(self._settings)),
            enable_idempotence=True,
            linger_ms=2,
            max_batch_size=131_072,
            request_timeout_ms=SEND_GIVEN_UP_MS,
        )
        try:
            await producer.start()
            relayed = {name: await self._resume(connection, producer, name) for name in self._logs}
            while True:
                self._health.beat("relay")
                self.woken.clear()
                if not await self._pass(connection, producer, relayed):
                    await self._end_lease(connection)
                    await self._sleep()
        finally:
            await self._stop(producer)
            if not connection.is_closed():
                await self._end_lease(connection)

    async def _stop(self, producer: AIOKafkaProducer) -> None:
        """Let what is under way arrive. If it does not while the lease lasts, a successor could not know of it."""
        try:
            await asyncio.wait_for(producer.stop(), max(self._lease_ends - time.monotonic(), 1.0))
        except TimeoutError:
            self._end_process("sends are under way")

    async def _sleep(self) -> None:
        try:
            await asyncio.wait_for(self.woken.wait(), self._settings.relay_poll_ms / 1000)
        except TimeoutError:
            return

    async def _pass(
        self, connection: asyncpg.Connection, producer: AIOKafkaProducer, relayed: Mapping[str, _Topic]
    ) -> bool:
        """Send what is new in each log; whether there was any."""
        heads = await connection.fetchrow(self._sql["heads"])
        assert heads is not None  # noqa: S101  (the migration wrote the row)
        for name, topic in relayed.items():
            UNRELAYED.labels(self._room, name).set(heads[name] - topic.confirmed)
        behind = [name for name, topic in relayed.items() if topic.confirmed < heads[name]]
        for name in behind:
            topic = relayed[name]
            rows = await self._logs[name](topic.confirmed, self._settings.relay_batch_max)
            await self._keep_lease(connection)
            await self._send(connection, producer, topic, rows)
            topic.confirmed = rows[-1].position
            await connection.execute(self._sql["confirm"], name, topic.confirmed)
            RECORDS_SENT.labels(self._room, name).inc(len(rows))
        return bool(behind)

    async def _keep_lease(self, connection: asyncpg.Connection) -> None:
        """Announce until when sends may be under way; fails when the session of the lock is gone."""
        now = time.monotonic()
        if self._lease_ends - now < self._lease_s / 2:
            await connection.execute(self._sql["extend_lease"], self._settings.relay_lease_ms)
            self._lease_ends = now + self._lease_s

    async def _end_lease(self, connection: asyncpg.Connection) -> None:
        """Nothing is under way, and a successor need not wait; unless a send failed, for then nobody knows."""
        if self._lease_ends and not self._sending:
            await connection.execute(self._sql["end_lease"])
            self._lease_ends = 0.0

    def _end_process(self, reason: str) -> NoReturn:
        log.critical("the relay cannot show that it is the only one; the process ends", reason=reason)
        os._exit(EXIT_CODE)

    async def _send(
        self, connection: asyncpg.Connection, producer: AIOKafkaProducer, topic: _Topic, rows: Sequence[Outgoing]
    ) -> None:
        """Send the rows that their partitions do not hold yet, and wait until all of them have arrived."""
        self._sending = True
        sends: set[asyncio.Future[Any]] = set()
        for row in rows:
            partition = partition_of(row.key, topic.partitions)
            if row.position > topic.held.get(partition, 0):
                headers = list(row.headers)
                sends.add(await producer.send(topic.name, row.value, key=row.key, partition=partition, headers=headers))
        while sends:
            done, sends = await asyncio.wait(sends, timeout=self._lease_s / 4)
            for each in done:
                each.result()
            if sends:
                await self._wait_on(connection)
        self._sending = False

    async def _wait_on(self, connection: asyncpg.Connection) -> None:
        """Sends take long. They go on while the lease can be extended; otherwise they have as long as it lasts."""
        try:
            await self._keep_lease(connection)
        except Exception as fault:  # the session is gone: another relay may be waiting for the lease to end
            log.warning("the lease cannot be extended", fault=type(fault).__name__)
        if time.monotonic() > self._lease_ends:
            self._end_process("the lease ran out")

    async def _resume(self, connection: asyncpg.Connection, producer: AIOKafkaProducer, name: str) -> _Topic:
        topic = topics.of_log(self._room, name)
        partitions = await producer.partitions_for(topic)
        confirmed = await connection.fetchval(self._sql["confirmed"], name)
        held = await held_positions(self._settings, topic, partitions, self._logs[name])
        log.info("the relay goes on", topic=topic, confirmed=confirmed, held=held)
        return _Topic(topic, len(partitions), held, confirmed)


async def held_positions(settings: Settings, topic: str, partitions: Collection[int], read: ReadLog) -> dict[int, int]:
    """The last position of our log that each partition of the topic holds."""
    consumer = AIOKafkaConsumer(
        **kafka.client(await kafka.answering(settings)),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=10,  # a fetch that waits holds up every other request of its connection
        group_id=None,
    )
    try:
        await consumer.start()
        tops = [TopicPartition(topic, partition) for partition in sorted(partitions)]
        begins, ends = await consumer.beginning_offsets(tops), await consumer.end_offsets(tops)
        held = {tp.partition: await _last_held(consumer, tp, range(begins[tp], ends[tp]), read) for tp in tops}
        return {partition: position for partition, position in held.items() if position}
    finally:
        await consumer.stop()


async def _last_held(consumer: AIOKafkaConsumer, tp: TopicPartition, offsets: range, read: ReadLog) -> int:
    """Look back from the end for a record that the log confirms as its own; others may have written to the topic."""
    back, below = _LOOK_BACK, offsets.stop
    while offsets.start < below:
        start = max(offsets.start, offsets.stop - back)
        for record in reversed(await _read(consumer, tp, start, below)):
            if position := await _confirmed(record, read):
                return position
        back, below = back * 10, start
    return 0


async def _read(consumer: AIOKafkaConsumer, tp: TopicPartition, start: int, end: int) -> list:  # type: ignore[type-arg]
    consumer.assign([tp])
    consumer.seek(tp, start)
    records = []
    while await consumer.position(tp) < end:
        for batch in (await consumer.getmany(tp, timeout_ms=500)).values():
            records += [record for record in batch if record.offset < end]
    return records


async def _confirmed(record, read: ReadLog) -> int:  # type: ignore[no-untyped-def]
    """The position that a record states, if the log has exactly this record there; 0 otherwise."""
    stated = next((value for name, value in record.headers if name in POSITIONS and value), b"")
    if not stated.isdigit() or len(stated) > 18:
        return 0
    rows = await read(int(stated) - 1, 1)
    ours = [r for r in rows if (r.key, r.value, r.headers) == (record.key, record.value or b"", record.headers)]
    return ours[0].position if ours else 0
