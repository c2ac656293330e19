"""Checks that topics can be refilled: they are configured as the services create them, and no service reads them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.api import Response

from contracts.registry import SERVICES
from kernel.messaging import topics
from services.audit.archive.kafka_reader import KafkaReader

NEEDED: Final[Mapping[str, tuple[str, str]]] = {
    topics.TIMESTAMP_TYPE: (topics.CREATE_TIME, "timestamps would become those of today"),
    "cleanup.policy": ("delete", "records that have a successor would be taken out again"),
    "retention.ms": ("-1", "old records would be deleted again"),
    "retention.bytes": ("-1", "records would be deleted again"),
}
"""Topic settings that keep records unchanged, each with the consequence of another value."""
GROUPS: Final = tuple(f"forcegen.{service}" for service in (*SERVICES, "reporting", "audit"))


def unfit(topic: str, settings: Mapping[str, str]) -> str | None:
    """Why a topic would not keep records unchanged, and what to set.

    The broker stamps the records of a command topic; a refill lets the sender do so while it writes.
    """
    for name, (needed, otherwise) in NEEDED.items():
        if name == topics.TIMESTAMP_TYPE and topics.are_commands(topic):
            continue
        if settings.get(name) != needed:
            return f"its {name} is {settings.get(name)}: {otherwise}; set it to {needed}"
    return None


async def settings_of(broker: KafkaReader, names: Collection[str]) -> dict[str, dict[str, str]]:
    """The settings of the topics that exist."""
    wanted = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in sorted(names)]
    answers: Sequence[Response] = await broker.admin.describe_configs(wanted) if wanted else []
    resources = [resource for answer in answers for resource in answer.resources]
    return {resource[3]: {entry[0]: entry[1] for entry in resource[4]} for resource in resources}


async def at_work(broker: KafkaReader) -> list[str]:
    """The services that are reading from Kafka now."""
    known = {group[0] for group in await broker.admin.list_consumer_groups()}
    answers: list[Response] = []
    for group in sorted(known.intersection(GROUPS)):  # one by one: the client misreads a response about several
        answers += await broker.admin.describe_consumer_groups([group])
    groups = [group for answer in answers for group in answer.groups]
    return [group[1].rpartition(".")[2] for group in groups if group[5]]
