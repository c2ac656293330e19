"""Kafka clients for commands: opened with a bounded wait, and with silent logs, since we report each error once.

TLS and SASL come from the same settings as a service's (`FORCEGEN_KAFKA_…`), or from the system that is up here.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from cli.output.errors import CommandError
from contracts.registry import SERVICES
from kernel.messaging import kafka, login
from kernel.messaging.groupless_consumer import GrouplessConsumer
from kernel.runtime.settings import Settings
from operations.kafka_settings import silence_client_log

RECORD_BYTES_MAX = 4_194_304
REQUEST_TIMEOUT_MS = 10_000


@asynccontextmanager
async def clients(brokers: Settings, *, wait: bool) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer | None]]:
    """A producer for commands, and a consumer positioned at the current end of the outcomes.

    Without waiting, nothing is read: the user of a registered producer may write its topic and read none.
    """
    silence_client_log()
    async with AsyncExitStack() as opened:
        try:
            await login.check(brokers)
            producer = AIOKafkaProducer(
                **kafka.client(brokers),
                enable_idempotence=True,
                linger_ms=5,
                max_batch_size=262_144,
                max_request_size=RECORD_BYTES_MAX,
                request_timeout_ms=REQUEST_TIMEOUT_MS,
            )
            opened.push_async_callback(producer.stop)
            await producer.start()
            consumer = None
            if wait:
                consumer = GrouplessConsumer(settings=brokers, request_timeout_ms=REQUEST_TIMEOUT_MS)
                opened.push_async_callback(consumer.stop)
                await consumer.start()
                await _stand_at_end(consumer, producer, brokers.kafka_bootstrap)
        except (login.LoginRefused, ValueError) as fault:
            raise CommandError(str(fault)) from fault
        except (KafkaError, OSError) as fault:
            cause = f"Kafka does not answer at {brokers.kafka_bootstrap} ({type(fault).__name__})"
            raise CommandError(f"{cause}: run `forcegen up`, or name another with --bootstrap.") from fault
        yield producer, consumer


async def _stand_at_end(consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, bootstrap: str) -> None:
    there = await consumer.topics()
    needed = [f"{service}.{log}" for service in SERVICES for log in ("commands", "outcomes")]
    if missing := [topic for topic in needed if topic not in there]:
        cause = f"Kafka at {bootstrap} has no topic {missing[0]}"
        raise CommandError(f"{cause}: each service makes its topics when it first starts; run `forcegen up`.")
    outcomes = [topic for topic in needed if topic.endswith(".outcomes")]
    partitions = [TopicPartition(topic, part) for topic in outcomes for part in await producer.partitions_for(topic)]
    consumer.assign(partitions)
    for partition, end in (await consumer.end_offsets(partitions)).items():
        consumer.seek(partition, end)
