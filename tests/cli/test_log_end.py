"""Where a service's log ends, read from a real Kafka."""

from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from cli.strength_returns.log_end import log_end
from kernel.runtime.settings import Settings
from tests import kafka_clients
from tests.servers import Servers

pytestmark = pytest.mark.servers


async def test_the_newest_event_of_all_partitions_is_found(servers: Servers) -> None:
    topic = f"log-end-{uuid4().hex}.events"
    await _made(servers, topic)
    assert await log_end(Settings(kafka_bootstrap=servers.kafka), topic, range(4)) == 0
    producer = AIOKafkaProducer(**kafka_clients.aiokafka(servers.kafka))
    await producer.start()
    for position in range(1, 8):
        headers = [("ce_position", str(position).encode())]
        await producer.send_and_wait(topic, b"{}", partition=position % 3, headers=headers)
    await producer.stop()
    assert await log_end(Settings(kafka_bootstrap=servers.kafka), topic, range(4)) == 7


@pytest.mark.parametrize(
    "junk", [b"x", b"-1", b"9" * 30, b"", None], ids=["no number", "below 0", "huge", "blank", "none"]
)
async def test_a_mark_of_a_transaction_and_a_strangers_record_are_passed_over(
    servers: Servers, junk: bytes | None
) -> None:
    topic = f"log-end-{uuid4().hex}.events"
    await _made(servers, topic)
    producer = AIOKafkaProducer(**kafka_clients.aiokafka(servers.kafka), transactional_id=topic)
    await producer.start()
    async with producer.transaction():
        await producer.send_and_wait(topic, b"{}", partition=0, headers=[("ce_position", b"41")])
    for _ in range(12):
        async with producer.transaction():
            headers = [] if junk is None else [("ce_position", junk)]
            await producer.send_and_wait(topic, b"{}", partition=0, headers=headers)
    await producer.stop()
    assert await log_end(Settings(kafka_bootstrap=servers.kafka), topic, range(4)) == 41


async def _made(servers: Servers, topic: str) -> None:
    admin = AIOKafkaAdminClient(**kafka_clients.aiokafka(servers.kafka))
    await admin.start()
    await admin.create_topics([NewTopic(topic, 4, 1)])
    await admin.close()
