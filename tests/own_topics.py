"""Topics of producers' own at the servers of the tests: provisioned as an administrator does it, and removed again."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from aiokafka.admin import AIOKafkaAdminClient

from kernel.messaging import topics
from kernel.runtime.settings import Settings
from operations.kafka_users import RegisteredProducer
from operations.provision_kafka import apply_acls, provision_kafka
from tests import kafka_clients
from tests.servers import PASSWORD, Servers


@contextmanager
def provisioned_producers(servers: Servers, producers: Sequence[RegisteredProducer]) -> Iterator[None]:
    """These producers have their topics, users and rights, while services may be running."""
    settings = Settings(kafka_bootstrap=servers.kafka)
    owned = sorted({topic for producer in producers for topic in producer.topics if topic.count(".") > 1})
    passwords = {producer.name: PASSWORD for producer in producers}
    if servers.secured:
        _aside(provision_kafka(settings, passwords, producers))
    else:
        _aside(topics.ensure(settings, owned))
    try:
        yield
    finally:
        _aside(_delete(servers.kafka, owned))
        if servers.secured:
            _aside(apply_acls(settings))


async def _delete(kafka: str, names: Sequence[str]) -> None:
    admin = AIOKafkaAdminClient(**kafka_clients.aiokafka(kafka))
    await admin.start()
    try:
        await admin.delete_topics(list(names))
        while set(names) & set(await admin.list_topics()):  # noqa: ASYNC110  (Kafka tells nobody)
            await asyncio.sleep(0.05)
    finally:
        await admin.close()


def _aside(work: Coroutine[object, object, object]) -> None:
    with ThreadPoolExecutor(1) as aside:  # a loop may run in this thread
        aside.submit(asyncio.run, work).result()
