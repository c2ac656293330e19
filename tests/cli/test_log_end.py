"""Where a room's log ends, asked of a real Kafka."""

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from cli.strength_returns.log_end import log_end
from tests.servers import Servers

pytestmark = pytest.mark.servers


async def test_the_newest_event_of_all_partitions_is_found(servers: Servers) -> None:
    topic = "log-end.events"
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 4, 1)])
    await admin.close()
    assert await log_end(servers.kafka, topic, range(4)) == 0
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka)
    await producer.start()
    for position in range(1, 8):
        headers = [("ce_position", str(position).encode())]
        await producer.send_and_wait(topic, b"{}", partition=position % 3, headers=headers)
    await producer.stop()
    assert await log_end(servers.kafka, topic, range(4)) == 7
