"""Where a room's log ends now: the highest position that its events topic holds, so that old answers are told from new.

Each partition holds its events in position order, so the last record of each is enough.
"""

import time
from collections.abc import Collection
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from kernel import kafka
from kernel.settings import Settings

POLL_MS: Final = 200
PATIENCE_S: Final = 10.0


async def log_end(bootstrap: str, topic: str, partitions: Collection[int]) -> int:
    """The position of the newest event of `topic`; 0 where there is none.

    Raises:
        TimeoutError: Kafka does not hand over the last record of every partition.
    """
    consumer = AIOKafkaConsumer(**kafka.client(Settings(kafka_bootstrap=bootstrap)), enable_auto_commit=False)
    await consumer.start()
    try:
        parts = [TopicPartition(topic, part) for part in partitions]
        begins, ends = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
        filled = {part for part in parts if ends[part] > begins[part]}
        consumer.assign(sorted(filled))
        for part in filled:
            consumer.seek(part, ends[part] - 1)
        return await _highest(consumer, filled)
    finally:
        await consumer.stop()


async def _highest(consumer: AIOKafkaConsumer, wanted: set[Any]) -> int:
    highest, deadline = 0, time.monotonic() + PATIENCE_S
    while wanted:
        for part, records in (await consumer.getmany(timeout_ms=POLL_MS)).items():
            wanted.discard(part)
            for record in records:
                highest = max(highest, int(dict(record.headers).get("ce_position", b"0")))
        if wanted and time.monotonic() > deadline:
            raise TimeoutError(f"the last event of {len(wanted)} partition(s) did not come")
    return highest
