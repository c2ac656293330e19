"""Whoever reads Kafka without a group goes on behind what the client library cannot decode."""

import pytest
from aiokafka import TopicPartition

from kernel.messaging.groupless_consumer import GrouplessConsumer
from kernel.runtime.settings import Settings
from tests.kernel.consuming import ODD, Topic, topic
from tests.raw_produce import batch

__all__ = ["topic"]
pytestmark = pytest.mark.servers


@pytest.mark.parametrize("max_records", [None, 2])
async def test_every_record_is_read_once_around_those_that_cannot_be_decoded(
    topic: Topic,
    max_records: int | None,
) -> None:
    for partition in (0, 1):
        topic.good(partition, b"before")
        topic.send(partition, batch([ODD, (None, b"beside", [])]), 2)
        topic.good(partition, b"behind")
    consumer = GrouplessConsumer(settings=Settings(kafka_bootstrap=topic.kafka), auto_offset_reset="earliest")
    await consumer.start()
    try:
        tops = [TopicPartition(topic.name, partition) for partition in (0, 1)]
        consumer.assign(tops)
        for tp in tops:
            consumer.seek(tp, 0)
        read: dict[int, list[bytes | None]] = {0: [], 1: []}
        while any([await consumer.position(tp) < 4 for tp in tops]):
            for tp, records in (await consumer.getmany(timeout_ms=200, max_records=max_records)).items():
                read[tp.partition] += [record.value for record in records]
    finally:
        await consumer.stop()
    assert read == {0: [b"before", b"odd", b"beside", b"behind"], 1: [b"before", b"odd", b"beside", b"behind"]}
