"""Consumer lag, measured from both ends: the broker's end offsets minus the stored offsets.

All partitions of a service's topics count, whichever of its processes has them: a partition that nobody reads is
behind.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from kernel.messaging import kafka
from kernel.messaging.consumer import Consumer
from kernel.messaging.passages import Fetched, pieces
from kernel.messaging.raw_reader import RawReader
from kernel.model.records import LoadOffsets, Passage
from kernel.runtime.health import Health
from kernel.runtime.metrics import BEHIND_SECONDS, LAG
from kernel.runtime.settings import Settings

log = structlog.get_logger()
MEASURE_EVERY_S: Final = 2.0
ASK_MS: Final = 5_000
JOINED_WITHIN_S: Final = 10.0
"""How long a consumer may take to join its group before that counts as a fault."""
OLDEST_OF_MAX: Final = 16
"""How many partitions one measurement reads the first waiting record of."""


class Lag:
    """Measures how much one service still has to read, for as long as the process runs.

    It has its own clients, which it recreates after a fault: a measurement must not depend on what it measures.
    """

    def __init__(
        self,
        consumer: Consumer,
        stored_offsets: LoadOffsets,
        *,
        settings: Settings,
        health: Health,
    ) -> None:
        self._consumer = consumer
        self._stored_offsets = stored_offsets
        self._settings = settings
        self._health = health
        self._raw = RawReader(kafka.client(settings))
        self._open: set[TopicPartition] = set()
        """Partitions that waited at an open transaction when they were last measured."""

    async def run(self) -> None:
        """Measure periodically; a failed measurement is a fault, not a zero."""
        self._health.stands(self._consumer.name, "how far it has to read is not measured yet")
        while True:
            try:
                await self._session()
            except Exception as fault:
                self._health.failed("lag", fault)
                log.warning("the lag cannot be measured", fault=type(fault).__name__)
            await asyncio.sleep(MEASURE_EVERY_S)

    async def _session(self) -> None:
        client = AIOKafkaConsumer(
            **kafka.client(self._settings), group_id=None, enable_auto_commit=False, request_timeout_ms=ASK_MS
        )
        try:
            await client.start()
            while True:
                await self._measure(client, await self._known())
                await asyncio.sleep(MEASURE_EVERY_S)
        finally:
            await _stop(client)
            await self._raw.close()

    async def _known(self) -> list[TopicPartition]:
        """The partitions, once the consumer has joined its group and knows them."""
        deadline = time.monotonic() + JOINED_WITHIN_S
        while True:
            try:
                return self._partitions()
            except LookupError:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(JOINED_WITHIN_S / 100)

    async def _measure(self, client: AIOKafkaConsumer, tops: Sequence[TopicPartition]) -> None:
        name = self._consumer.name
        ends: Mapping[TopicPartition, int] = await client.end_offsets(tops)
        self._health.ended({(tp.topic, tp.partition): end for tp, end in ends.items()})
        stored = await self._stored_offsets(name, [(tp.topic, tp.partition) for tp in tops])
        waiting = {tp: max(0, ends[tp] - stored[tp.topic, tp.partition]) for tp in tops}
        for tp, records in waiting.items():
            LAG.labels(name, name, tp.topic, tp.partition).set(records)
        behind = [(tp, stored[tp.topic, tp.partition]) for tp, records in waiting.items() if records]
        first = [(offset, await self._raw.fetch(tp, offset, bytes_max=1)) for tp, offset in behind[:OLDEST_OF_MAX]]
        age_s = max([self._age_s(fetched, offset) for offset, fetched in first], default=0.0)
        self._report_open(
            {TopicPartition(f.topic, f.partition): offset for offset, f in first if f.last_stable <= offset}
        )
        self._health.measured(name, sum(waiting.values()), sum(stored.values()), age_s)
        self._health.moves(name)
        BEHIND_SECONDS.labels(name, name).set(age_s)

    def _age_s(self, fetched: Fetched, offset: int) -> float:
        """The age of the first record from `offset` on; 0 if there are only offsets without a record."""
        for piece in pieces(fetched, offset):
            if not isinstance(piece, Passage):
                stated_s = time.time() - piece.timestamp / 1000
                return self._health.there_for_s((fetched.topic, fetched.partition), piece.offset, stated_s)
        return 0.0

    def _report_open(self, waiting: Mapping[TopicPartition, int]) -> None:
        """Report open transactions: each holds up everything behind it until the broker ends it."""
        for tp in self._open - waiting.keys():
            self._health.moves(_transaction(tp))
        for tp in self._open & waiting.keys():  # not on the first measurement: most transactions are short
            reason = f"its records from offset {waiting[tp]} on wait for a transaction that somebody left open"
            self._health.stands(_transaction(tp), f"{reason}; the broker ends it after its timeout")
        self._open = set(waiting)

    def _partitions(self) -> list[TopicPartition]:
        """Every partition of the service's topics; an unknown topic is a fault, not an empty topic."""
        reader = self._consumer.client
        partitions = {t: reader.partitions_for_topic(t) if reader else None for t in self._consumer.topics}
        if unknown := [topic for topic, partitions in partitions.items() if not partitions]:
            raise LookupError(f"nothing is known of {', '.join(unknown)}")
        return [TopicPartition(t, p) for t, partitions in partitions.items() for p in partitions or ()]


def _transaction(tp: TopicPartition) -> str:
    return f"{tp.topic}/{tp.partition} behind a transaction"


async def _stop(client: AIOKafkaConsumer) -> None:
    """Stop a client; one without a group and assignment cancels its own task, and the cancellation escapes."""
    try:
        await client.stop()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
