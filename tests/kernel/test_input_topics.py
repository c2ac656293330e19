"""A producer's own topic that comes to be while a service runs is read from its first record, beside the others."""

import secrets
from collections.abc import AsyncIterator, Sequence

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from prometheus_client import REGISTRY

from kernel.messaging import topics
from kernel.messaging.input_topics import InputTopics
from kernel.runtime.health import Health
from kernel.runtime.settings import Settings
from tests import kafka_clients
from tests.kernel.consuming import Effects, Topic, topic, until
from tests.kernel.test_consumer_offsets import measured
from tests.raw_produce import batch, produce
from tests.servers import Servers

__all__ = ["topic"]
pytestmark = pytest.mark.servers


@pytest.fixture
async def names(servers: Servers) -> AsyncIterator[Sequence[str]]:
    """Topics of two producers, neighbours by prefix, that are not there yet; removed afterwards."""
    name = f"approvals.commands.t{secrets.token_hex(4)}"
    both = [name, f"{name}b"]
    yield both
    admin = AIOKafkaAdminClient(**kafka_clients.aiokafka(servers.kafka))
    await admin.start()
    await admin.delete_topics(both)
    await admin.close()


async def test_a_new_topic_of_a_producer_is_read_from_its_first_record_and_measured(
    topic: Topic, names: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a service that reads, and the topic of one producer at its start
    monkeypatch.setattr("kernel.messaging.input_topics.LOOK_EVERY_S", 0.2)
    settings = Settings(kafka_bootstrap=topic.kafka, topic_partitions=4)
    first, second = names
    there = await topics.ensure(settings, [first])
    effects, topics_in = Effects(), InputTopics([topic.name], ["approvals"], {*there, first})
    async with measured(topic, effects, Health(30), topics_in) as name:
        topic.good(0, b"shared")
        sent(topic.kafka, first, b"first")
        await until(lambda: {b"shared", b"first"} <= {record.value for record in effects.handled})

        # when another producer gets its topic, and has sent before the service sees it
        await topics.ensure(settings, [second])
        sent(topic.kafka, second, b"second")

        # then the service reads it from offset 0, goes on with the others, and its lag counts all of them
        await until(lambda: any(record.value == b"second" for record in effects.handled))
        topic.good(1, b"shared again")
        sent(topic.kafka, first, b"first again")
        await until(lambda: {b"shared again", b"first again"} <= {record.value for record in effects.handled})
        assert [record.value for record in effects.handled if record.topic == second] == [b"second"]
        assert sorted(record.value or b"" for record in effects.handled) == sorted(
            [b"shared", b"first", b"second", b"shared again", b"first again"]
        )
        labels = {"service": name, "consumer": name, "topic": second, "partition": "0"}
        await until(lambda: REGISTRY.get_sample_value("forcegen_lag_records", labels) == 0)


def sent(kafka: str, name: str, value: bytes) -> None:
    error = -1
    while error in (-1, 3, 5, 6):  # new: unknown, without a leader, somewhere else
        error, _ = produce(kafka, name, 0, batch([(None, value, [])]))
    assert error == 0
