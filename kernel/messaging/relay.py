"""From a service's logs to its topics, each row once and in order, even after `kill -9` at any moment.

One relay of a service is active: the holder of the lease. It sends with an idempotent producer, and every record
carries its position. After a crash the successor reads the last position that each partition holds and continues from
there. That is exact because a partition holds its rows in position order, and because the successor first waits until
no send of its predecessor can still arrive. A running relay never gives up a send: the idempotent producer repeats it
with the same sequence number, which the broker recognizes. A relay that can no longer prove that it is the only one
(its session is gone, its lease runs out, sends are in flight) ends its process.

A row that cannot be sent blocks its partition and nothing else: its position, order and proof stay as they are until
an operator repairs it. The confirmed position of a log never passes such a row.
"""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final, NoReturn

import structlog
from aiokafka import AIOKafkaProducer

from kernel.messaging import kafka, topics
from kernel.messaging.outbox import OutboxRecord, ReadOutbox, Unfit
from kernel.messaging.outbox_progress import Block, Suspects, Topic
from kernel.messaging.partition_sender import send_in_order
from kernel.messaging.published_positions import held_positions
from kernel.messaging.relay_lease import Lease
from kernel.runtime.faults import kind
from kernel.runtime.health import Health
from kernel.runtime.metrics import BLOCKED, RECORDS_SENT, UNRELAYED
from kernel.runtime.settings import Settings
from kernel.sql import queries

log = structlog.get_logger()
SEND_GIVEN_UP_MS: Final = 300_000
"""How long the producer repeats a send: a slow broker must not turn it into a second, unrelated send."""
EXIT_CODE: Final = 70
BATCH_BYTES: Final = 131_072
"""The bytes of a partition's rows that are sent together; a longer row is sent alone."""
TRY_AGAIN_MAX_S: Final = 3_600.0
"""The longest pause before a row that could not be sent is tried again; the first is `stuck_after_ms`."""


class _Again(Exception):
    """The session must start again with another producer; nothing is in flight."""


class Relay:
    """Carries a service's logs to Kafka while it holds the lease; otherwise waits for it."""

    def __init__(
        self, service: str, url: str, outbox: Mapping[str, ReadOutbox], *, settings: Settings, health: Health
    ) -> None:
        self._service = service
        self._url = url
        self._outbox = outbox
        self._settings = settings
        self._health = health
        self._sql = queries("kernel.sql", "relay.sql")
        self._sending = False
        self._alone: dict[tuple[str, int], int] = {}
        """By log and partition, the position up to which each row is sent alone: one of them was refused."""
        self._reported: dict[tuple[str, int], Block] = {}
        """The blocks that health reports, by log and partition."""
        self._pause_s = settings.stuck_after_ms / 1000
        self.woken = asyncio.Event()

    async def run(self) -> None:
        """Relay forever; a fault closes everything and starts a new session."""
        while True:
            try:
                await self._session()
            except _Again:
                continue
            except Exception as fault:  # after any fault, the next session starts from what the partitions hold
                self._health.failed("relay", fault)
                log.warning("the relay begins again", fault=kind(fault))
                await asyncio.sleep(self._settings.retry_delay_ms / 1000)

    async def _session(self) -> None:
        lease = await Lease.connect(self._url, self._sql, self._settings.relay_lease_ms)
        try:
            await self._wait_for_place(lease)
            await lease.wait_for_predecessor()
            await self._active(lease)
        finally:
            await lease.close()

    async def _wait_for_place(self, lease: Lease) -> None:
        """Wait for the lease, which another relay usually holds; if its rows wait, report the holder."""
        since, before = time.monotonic(), None
        while not await lease.acquire():
            rows = await lease.connection.fetch(self._sql["all_confirmed"])
            confirmed = {row["log"]: row["position"] for row in rows}
            heads = await lease.heads()
            waits = any(heads[name] > confirmed[name] for name in self._outbox)
            if confirmed != before or not waits:
                since, before = time.monotonic(), confirmed
            if time.monotonic() - since > self._settings.stuck_after_ms / 1000:
                self._health.stands("relay", f"rows wait, and are not sent by the active relay: {await lease.holder()}")
            else:
                self._health.moves("relay")
            self._health.beat("relay")
            await asyncio.sleep(self._settings.relay_poll_ms / 1000)
        self._health.moves("relay")

    async def _active(self, lease: Lease) -> None:
        producer = AIOKafkaProducer(
            **kafka.client(await kafka.answering(self._settings)),
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=BATCH_BYTES,
            request_timeout_ms=SEND_GIVEN_UP_MS,
        )
        try:
            await producer.start()
            relayed = [await self._resume(lease, producer, name) for name in self._outbox]
            try_again = time.monotonic() + self._pause_s
            while True:
                self._health.beat("relay")
                self.woken.clear()
                if not await self._pass(lease, producer, relayed):
                    await self._end_lease(lease)
                    await self._sleep()
                if any(topic.blocks for topic in relayed) and time.monotonic() > try_again:
                    self._pause_s = min(2 * self._pause_s, TRY_AGAIN_MAX_S)
                    raise _Again
        finally:
            await self._stop(producer, lease)
            if not lease.connection.is_closed():
                await self._end_lease(lease)

    async def _stop(self, producer: AIOKafkaProducer, lease: Lease) -> None:
        """Let sends in flight arrive. If they do not while the lease lasts, a successor could not know of them."""
        try:
            await asyncio.wait_for(producer.stop(), max(lease.left_s, 1.0))
        except TimeoutError:
            self._end_process("sends are under way")

    async def _sleep(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.woken.wait(), self._settings.relay_poll_ms / 1000)

    async def _pass(self, lease: Lease, producer: AIOKafkaProducer, relayed: Sequence[Topic]) -> bool:
        """Send new rows of each log; returns whether there were any."""
        heads = await lease.heads()
        for topic in relayed:
            UNRELAYED.labels(self._service, topic.log).set(heads[topic.log] - topic.confirmed)
        behind = [topic for topic in relayed if topic.reached < heads[topic.log] and not topic.is_shut]
        for topic in behind:
            await self._relay_rows(lease, producer, topic)
        return bool(behind)

    async def _relay_rows(self, lease: Lease, producer: AIOKafkaProducer, topic: Topic) -> None:
        """Read some rows, send those that may go, and confirm."""
        rows = await self._outbox[topic.log](topic.reached, self._settings.relay_batch_max)
        rows = rows or [Unfit(topic.reached + 1, None, "it is missing in the log")]
        await lease.renew()
        before = topic.confirmed
        sent = await self._send(lease, producer, topic, topic.ways(rows))
        topic.reached = rows[-1].position
        self._report_blocks(topic)
        if topic.confirmed > before:
            await lease.connection.execute(self._sql["confirm"], topic.log, topic.confirmed)
        self._report_unblocked(topic)
        RECORDS_SENT.labels(self._service, topic.log).inc(sent)

    def _report_blocks(self, topic: Topic) -> None:
        """Report what is blocked since the last report."""
        for partition, block in topic.blocks.items():
            if self._reported.get((topic.log, partition)) == block:
                continue
            self._reported[topic.log, partition] = block
            what = f"position {block.position} of {topic.name} cannot be sent ({block.reason})"
            self._health.stands(f"relay {topic.log}/{partition}", f"{what}; its partition waits behind it")
            BLOCKED.labels(self._service, topic.log, partition).set(block.position)
            details = {"topic": topic.name, "partition": partition, "position": block.position, "reason": block.reason}
            log.error("a row cannot be sent; its partition waits behind it, the others go on", **details)

    def _report_unblocked(self, topic: Topic) -> None:
        """Report what was blocked and has been sent since."""
        for (name, partition), block in list(self._reported.items()):
            if name == topic.log and partition not in topic.blocks and block.position <= topic.reached:
                del self._reported[name, partition]
                self._health.moves(f"relay {name}/{partition}")
                BLOCKED.labels(self._service, name, partition).set(0)
                log.info("a row that could not be sent is sent", topic=topic.name, position=block.position)
        if not self._reported:
            self._pause_s = self._settings.stuck_after_ms / 1000

    async def _end_lease(self, lease: Lease) -> None:
        """End the lease if nothing is in flight, so that a successor need not wait; not if a send failed."""
        if not self._sending:
            await lease.release()

    def _end_process(self, reason: str) -> NoReturn:
        log.critical("the relay cannot show that it is the only one; the process ends", reason=reason)
        os._exit(EXIT_CODE)

    async def _send(
        self, lease: Lease, producer: AIOKafkaProducer, topic: Topic, ways: Mapping[int, Sequence[OutboxRecord]]
    ) -> int:
        """Send the rows of all partitions concurrently until they arrive or are blocked; returns how many arrived."""
        self._sending = True
        ends = {
            asyncio.ensure_future(
                send_in_order(producer, topic.name, partition, rows, self._alone.get((topic.log, partition), 0))
            ): partition
            for partition, rows in ways.items()
        }
        try:
            under_way = set(ends)
            while under_way:
                done, under_way = await asyncio.wait(under_way, timeout=lease.seconds / 4)
                for each in done:
                    each.result()
                if under_way:
                    await self._wait_on(lease)
        finally:
            for each in ends:
                each.cancel()
        self._sending = False
        return self._settle(topic, ways, {partition: each.result() for each, partition in ends.items()})

    def _settle(
        self, topic: Topic, ways: Mapping[int, Sequence[OutboxRecord]], ends: Mapping[int, Block | Suspects | None]
    ) -> int:
        """Record how the sending to each partition ended; returns how many rows arrived."""
        sent = 0
        for partition, end in ends.items():
            sent += sum(end is None or row.position < end.position for row in ways[partition])
            if isinstance(end, Block):
                topic.block(partition, end)
        suspects = {(topic.log, partition): e.position for partition, e in ends.items() if isinstance(e, Suspects)}
        if suspects:
            self._alone |= suspects
            log.warning("Kafka refuses a batch; its rows are sent one by one", topic=topic.name)
            raise _Again
        return sent

    async def _wait_on(self, lease: Lease) -> None:
        """Handle slow sends. They go on while the lease can be extended; otherwise until it expires."""
        try:
            await lease.renew()
        except Exception as fault:  # the session is gone: another relay may be waiting for the lease to end
            log.warning("the lease cannot be extended", fault=type(fault).__name__)
        if lease.has_run_out:
            self._end_process("the lease ran out")

    async def _resume(self, lease: Lease, producer: AIOKafkaProducer, name: str) -> Topic:
        topic = topics.of_log(self._service, name)
        partitions = await producer.partitions_for(topic)
        confirmed = await lease.connection.fetchval(self._sql["confirmed"], name)
        held = await held_positions(self._settings, topic, partitions, self._outbox[name])
        log.info("the relay goes on", topic=topic, confirmed=confirmed, held=held)
        return Topic(name, topic, len(partitions), held, confirmed)
