"""How far behind a room is, measured from both ends: the broker's end offsets minus the stored ones.

All partitions of its topics count, whichever process of the room has them: a partition that nobody reads is behind.
"""

import asyncio
from collections.abc import Mapping, Sequence

import structlog
from aiokafka import TopicPartition

from kernel.consumer import Consumer, Start
from kernel.health import Health
from kernel.metrics import BEHIND_SECONDS, LAG

log = structlog.get_logger()
MEASURE_EVERY_S = 2.0


class Lag:
    """Measures what one room has to read, for as long as the process runs."""

    def __init__(self, consumer: Consumer, topics: Sequence[str], start: Start, *, health: Health) -> None:
        self._consumer = consumer
        self._topics = topics
        self._start = start
        self._health = health

    async def run(self) -> None:
        """Measure now and then; what cannot be measured is a fault, not a zero."""
        while True:
            try:
                await self._measure()
            except Exception as fault:
                self._health.failed("lag", fault)
                log.warning("the lag cannot be measured", fault=type(fault).__name__)
            await asyncio.sleep(MEASURE_EVERY_S)

    async def _measure(self) -> None:
        client, name = self._consumer.client, self._consumer.name
        if client is None:
            raise RuntimeError("the consumer has not begun")
        tops = [TopicPartition(t, p) for t in self._topics for p in client.partitions_for_topic(t) or ()]
        ends: Mapping[TopicPartition, int] = await client.end_offsets(tops)
        stored = await self._start(name, [(tp.topic, tp.partition) for tp in tops])
        waiting = {tp: max(0, ends[tp] - stored[tp.topic, tp.partition]) for tp in tops}
        for tp, records in waiting.items():
            LAG.labels(name, name, tp.topic, tp.partition).set(records)
        self._health.measured(name, sum(waiting.values()), sum(stored.values()))
        BEHIND_SECONDS.labels(name, name).set(self._health.behind_s(name))
