"""A foreign system: it speaks CloudEvents over Kafka with a stock client, and shares no code with the services."""

import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from tests import kafka_clients

Headers = list[tuple[str, bytes]]


def command(id_: str, name: str, subject: str, data: dict[str, Any], source: str = "urn:foreign") -> dict[str, Any]:
    """A structured CloudEvent, as a registry elsewhere would write it. `name` is `<service>.<Command>`."""
    return {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "type": f"forcegen.{name}",
        "subject": subject,
        "time": "2022-07-01T09:00:00Z",
        "datacontenttype": "application/json",
        "data": data,
    }


def service_of(event: dict[str, Any]) -> str:
    return str(event["type"]).split(".")[1]


def binary(event: dict[str, Any]) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers in the binary content mode."""
    headers = [(f"ce_{n}", str(v).encode()) for n, v in event.items() if n not in ("data", "datacontenttype")]
    return (
        event["subject"].encode(),
        json.dumps(event["data"]).encode(),
        [*headers, ("content-type", b"application/json")],
    )


def structured(event: dict[str, Any]) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers in the structured content mode."""
    media_type = b"application/cloudevents+json; charset=UTF-8"
    return event["subject"].encode(), json.dumps(event).encode(), [("content-type", media_type)]


class Client:
    """librdkafka's client, the one that most other languages use."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        settings = {"linger.ms": 5, "message.max.bytes": 5_000_000, "log_level": 0, "partitioner": "murmur2_random"}
        self._producer = Producer({**kafka_clients.confluent(bootstrap), **settings})

    def send(self, events: Iterable[dict[str, Any]], mode: Any = binary) -> None:
        """Send commands to their services and wait until Kafka has them."""
        for event in events:
            key, value, headers = mode(event)
            self.raw(f"{service_of(event)}.commands", value, key, headers)
        self.flush()

    def raw(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers | None = None) -> None:
        """Send any bytes anywhere."""
        while True:
            try:
                self._producer.produce(topic, value=value, key=key, headers=[*(headers or [])])
                break
            except BufferError:
                self._producer.poll(0.5)

    def flush(self) -> None:
        assert self._producer.flush(30) == 0

    def records(self, *topics: str) -> list[Any]:
        """Every record that these topics hold now."""
        consumer = Consumer(
            {
                **kafka_clients.confluent(self._bootstrap),
                "group.id": "reads-all",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 10,
            }
        )
        records: list[Any] = []
        try:
            for topic in topics:
                for partition in consumer.list_topics(topic, timeout=10).topics[topic].partitions:
                    records += self._partition(consumer, TopicPartition(topic, partition, 0))
        finally:
            consumer.close()
        return records

    def ends(self, *topics: str) -> dict[str, int]:
        """How many records each topic holds, by its end offsets."""
        consumer = Consumer({**kafka_clients.confluent(self._bootstrap), "group.id": "reads-ends"})
        try:
            return {
                topic: sum(
                    _end(consumer, TopicPartition(topic, partition))
                    for partition in consumer.list_topics(topic, timeout=10).topics[topic].partitions
                )
                for topic in topics
            }
        finally:
            consumer.close()

    def _partition(self, consumer: Consumer, at: TopicPartition) -> list[Any]:
        end = _end(consumer, at)
        consumer.assign([at])
        messages: list[Any] = []
        deadline = time.monotonic() + 60
        while (wanted := end - (messages[-1].offset() + 1 if messages else 0)) > 0:
            assert time.monotonic() < deadline, f"{at.topic}/{at.partition} did not come"
            messages += [m for m in consumer.consume(min(wanted, 5000), timeout=1) if not m.error()]
        return messages

    def outcomes(self, service: str, wanted: Sequence[str], timeout_s: float = 60) -> dict[str, dict[str, Any]]:
        """The latest outcome of each wanted command id, once all of them have one."""
        deadline = time.monotonic() + timeout_s
        while True:
            outcomes = [json.loads(record.value()) for record in self.records(f"{service}.outcomes")]
            answered = {one["command_id"]: one for one in outcomes if one["command_id"] in wanted}
            if len(answered) == len(set(wanted)):
                return answered
            missing = sorted(set(wanted) - set(answered))
            assert time.monotonic() < deadline, f"no outcome in {service} for {missing[:5]} ({len(missing)})"
            time.sleep(0.2)


def _end(consumer: Consumer, at: TopicPartition) -> int:
    """The end offset; a topic that was just created may not have a leader yet."""
    cause = ""
    for _ in range(50):
        try:
            return int(consumer.get_watermark_offsets(at, timeout=10)[1])
        except KafkaException as fault:
            cause = str(fault)
            time.sleep(0.1)
    raise AssertionError(f"{at.topic}/{at.partition} has no end: {cause}")
