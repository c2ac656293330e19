"""How far behind a room is, measured from both ends: the broker's end offsets minus the stored ones.

All partitions of its topics count, whichever process of the room has them: a partition that nobody reads is behind.
"""

import asyncio
from collections.abc import Mapping, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from kernel import kafka
from kernel.consumer import Consumer, Start
from kernel.health import Health
from kernel.metrics import BEHIND_SECONDS, LAG
from kernel.settings import Settings

log = structlog.get_logger()
MEASURE_EVERY_S = 2.0
ASK_MS = 5_000


class Lag:
    """Measures what one room has to read, for as long as the process runs.

    It asks through a client of its own, begun again after a fault: a measurement must not depend on what it measures.
    """

    def __init__(
        self, consumer: Consumer, topics: Sequence[str], start: Start, *, settings: Settings, health: Health
    ) -> None:
        self._consumer = consumer
        self._topics = topics
        self._start = start
        self._settings = settings
        self._health = health

    async def run(self) -> None:
        """Measure now and then; what cannot be measured is a fault, not a zero."""
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
                await self._measure(client)
                await asyncio.sleep(MEASURE_EVERY_S)
        finally:
            await _stop(client)

    async def _measure(self, client: AIOKafkaConsumer) -> None:
        name, tops = self._consumer.name, self._partitions()
        ends: Mapping[TopicPartition, int] = await client.end_offsets(tops)
        stored = await self._start(name, [(tp.topic, tp.partition) for tp in tops])
        waiting = {tp: max(0, ends[tp] - stored[tp.topic, tp.partition]) for tp in tops}
        for tp, records in waiting.items():
            LAG.labels(name, name, tp.topic, tp.partition).set(records)
        self._health.measured(name, sum(waiting.values()), sum(stored.values()))
        BEHIND_SECONDS.labels(name, name).set(self._health.behind_s(name))

    def _partitions(self) -> list[TopicPartition]:
        """Every partition of the room's topics; a topic that is not known is a fault, not an empty one."""
        reader = self._consumer.client
        known = {t: reader.partitions_for_topic(t) if reader else None for t in self._topics}
        if unknown := [topic for topic, partitions in known.items() if not partitions]:
            raise LookupError(f"nothing is known of {', '.join(unknown)}")
        return [TopicPartition(t, p) for t, partitions in known.items() for p in partitions or ()]


async def _stop(client: AIOKafkaConsumer) -> None:
    """A client without a group that has nothing assigned cancels a task of its own and lets that be seen."""
    try:
        await client.stop()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
