"""Kafka's committed offsets are only a hint for lag tools: committed rarely under load, and once more when idle."""

import asyncio
import contextvars
import time
from collections.abc import Mapping
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from kernel.model.records import Partition

log = structlog.get_logger()
HINT_EVERY_S: Final = 5.0


class OffsetHints:
    """Commits offsets to Kafka and remembers the last ones."""

    def __init__(self) -> None:
        self._committed: dict[Partition, int] = {}
        self._committed_at = 0.0

    def due(self, client: AIOKafkaConsumer, offsets: Mapping[Partition, int]) -> None:
        """Commit periodically, and only what is new; called repeatedly, so that the last offsets are committed too."""
        if self._is_news(offsets) and time.monotonic() - self._committed_at >= HINT_EVERY_S:
            self._committed_at = time.monotonic()
            # An empty context: a commit's timers would otherwise keep the current batch alive (see docs/decisions).
            asyncio.get_running_loop().create_task(self.last(client, offsets), context=contextvars.Context())

    async def last(self, client: AIOKafkaConsumer, offsets: Mapping[Partition, int]) -> None:
        """Commit at once: another process will continue reading."""
        if not self._is_news(offsets):
            return
        try:
            await client.commit({TopicPartition(*partition): offset for partition, offset in offsets.items()})
            self._committed |= offsets
        except Exception as fault:  # only a hint: the truth is in the store
            log.info("Kafka did not take the offset hint", fault=type(fault).__name__)

    def _is_news(self, offsets: Mapping[Partition, int]) -> bool:
        return any(self._committed.get(partition) != offset for partition, offset in offsets.items())
