"""The current end of a service's log, the highest position in its events topic: it separates old answers from new ones.

Each partition holds its events in position order, so the last event of each is enough. It need not be the last record:
a transaction mark, which no consumer receives, or a foreign record may follow.
"""

import time
from collections.abc import Collection, Iterable
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.limits import BIGINT_MAX
from kernel.messaging.groupless_consumer import GrouplessConsumer
from kernel.runtime.settings import Settings

POLL_MS: Final = 200
PATIENCE_S: Final = 10.0


async def log_end(brokers: Settings, topic: str, partitions: Collection[int]) -> int:
    """The position of the newest event of `topic`; 0 if there is none.

    Raises:
        TimeoutError: Kafka does not return the last record of every partition.
    """
    consumer = GrouplessConsumer(settings=brokers)
    await consumer.start()
    try:
        parts = [TopicPartition(topic, part) for part in partitions]
        begins, ends = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
        deadline = time.monotonic() + PATIENCE_S
        return max([await _newest(consumer, part, begins[part], ends[part], deadline) for part in parts], default=0)
    finally:
        await consumer.stop()


async def _newest(consumer: AIOKafkaConsumer, part: TopicPartition, begin: int, end: int, deadline: float) -> int:
    """The position of the last event of a partition: searched from its last record backwards."""
    step, position = 1, 0
    while not position and end > begin:
        start = max(begin, end - step)
        position = max(await _positions(consumer, part, start, end, deadline), default=0)
        end, step = start, step * 10
    return position


async def _positions(
    consumer: AIOKafkaConsumer, part: TopicPartition, start: int, end: int, deadline: float
) -> Iterable[int]:
    """The positions of the events at the offsets from `start` to `end`."""
    consumer.assign([part])
    consumer.seek(part, start)
    positions: list[int] = []
    while await consumer.position(part) < end:
        for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
            positions += [position for record in records if (position := _position(record.headers)) is not None]
        if time.monotonic() > deadline:
            raise TimeoutError(f"partition {part.partition} could not be read to its end")
    return positions


def _position(headers: Iterable[tuple[str, bytes | None]]) -> int | None:
    """The position in the headers; None for a record that no service wrote: no position, or an impossible one."""
    text = dict(headers).get("ce_position") or b""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(BIGINT_MAX)) else None
