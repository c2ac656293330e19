"""Events of a register as their services publish them: rendered records in the topics, each once, by key.

Every event is validated by its contract, has its own instant of recording and the headers of a producer with a key,
so a reader does for it all that it does for a real one.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from aiokafka import AIOKafkaProducer

from contracts.cloudevents import Envelope, to_kafka
from contracts.envelope import ActedBy
from contracts.registry import schema_name, source_of
from contracts.words import Event
from kernel.messaging import kafka
from kernel.runtime.settings import Settings
from services.reporting.projections.event import ConsumedEvent
from tests.servers import Servers

BY: Final = ActedBy("producer", "ministry", "p256-0123456789abcdef", "ab" * 32, f"12/{'cd' * 32}")
"""As a signed command's event says it: an id, the key, what was signed, and the register of producers."""
FLUSH_EVERY: Final = 20_000


class PublishedRecord(NamedTuple):
    """A record as the relay sends it."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def published(events: Iterable[ConsumedEvent]) -> Iterator[PublishedRecord]:
    """The records of events, in their order."""
    for event in events:
        yield PublishedRecord(event.topic, *to_kafka(envelope_of(event)))


def envelope_of(event: ConsumedEvent) -> Envelope:
    """The envelope under which its service publishes an event."""
    assert isinstance(event.data, Event)
    return Envelope(
        id=str(event.id),
        source=source_of(event.service),
        type=event.type,
        subject=event.stream,
        time=event.effective,
        dataschema=schema_name(type(event.data)),
        datacontenttype="application/json",
        data=event.data.model_dump_json().encode(),
        recorded_time=event.recorded,
        correlation_id=f"c-{event.position}",
        causation_id=f"command-{event.position}",
        actor=event.actor,
        stream_version=event.version,
        position=event.position,
        acted_by=BY,
        cause_place=f"{event.service}.commands/0/{event.position}",
    )


async def send(servers: Servers, records: Iterable[PublishedRecord]) -> int:
    """Send records to their topics, all of them acknowledged; returns how many."""
    number, following = 0, iter(records)
    options = kafka.client(Settings(kafka_bootstrap=servers.kafka))
    async with AIOKafkaProducer(**options, enable_idempotence=True, linger_ms=10, max_batch_size=262_144) as producer:
        while part := list(islice(following, FLUSH_EVERY)):
            sent = [await producer.send(each.topic, each.value, key=each.key, headers=each.headers) for each in part]
            await producer.flush()
            number += sum(one.result().offset >= 0 for one in sent)
    return number
