"""Creates topics explicitly, with their partitions, replicas and endless retention; nothing is left to a default.

A key's partition must never move, so the number of partitions is fixed when a topic is created.
"""

import asyncio
from collections.abc import Collection, Mapping
from time import monotonic
from typing import Final

import stamina
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)

from contracts import command_topics
from kernel.messaging import kafka, login
from kernel.runtime.settings import Settings

LOGS: Final[Mapping[str, str]] = {
    **{"admitted": "admitted", "events": "events", "outcomes": "outcomes", "dead_letters": "dead-letters"}
}
"""The logs that a deciding service publishes, and the suffix of each one's topic. The relay sends them in this order:
a command is usually there before what came of it."""
RECORD_BYTES_MAX: Final = 4_194_304
"""Command topics accept records up to this size, so that the service itself can answer a command that is too large."""
TIMESTAMP_TYPE: Final = "message.timestamp.type"
"""The setting that says whose clock stamps a record."""
CREATE_TIME: Final = "CreateTime"
"""The sender's."""
APPEND_TIME: Final = "LogAppendTime"
"""The broker's: a sender cannot date its commands back."""


def commands(service: str) -> str:
    """The topic to which other systems send a service's commands."""
    return command_topics.shared(service)


def are_commands(topic: str) -> bool:
    """Whether other systems send commands to it: `<service>.commands`, or `<service>.commands.<producer>`.

    Of any service, also of one that this version does not know: an archive may hold its topics.
    """
    return topic.split(".")[1:2] == ["commands"]


def of_log(service: str, log: str) -> str:
    """The topic on which a service publishes one of its logs."""
    return f"{service}.{LOGS[log]}"


SEEN_S: Final = 5.0
"""How long a topic may take to be seen that somebody else has just made: brokers learn of it after the controller."""
LOOK_AGAIN_S: Final = 0.5


class TopicsMissing(Exception):
    """The topics that a service needs could not be created."""


class TopicsUnseen(TopicsMissing):
    """The topics are not there, or not yet, or may not be seen; and they may not be created."""


async def ensure(settings: Settings, names: Collection[str]) -> frozenset[str]:
    """Create the topics that are missing; those that exist stay as they are. Returns every topic that was there.

    Only topics that the principal may describe are seen. Where provisioning made them, that is all of them and nothing
    is left to create; a service may not create any.

    Raises:
        LoginRefused: the brokers refuse the connection; that is not waited for.
        TopicsMissing: the topics are not there and cannot be created, or the principal may not see them.
    """
    deadline = monotonic() + SEEN_S
    while True:
        try:
            return await _ensure(settings, names)
        except TopicsUnseen:
            if monotonic() > deadline:
                raise
        await asyncio.sleep(LOOK_AGAIN_S)


@stamina.retry(on=KafkaConnectionError, attempts=30, timeout=120, wait_max=2)
async def _ensure(settings: Settings, names: Collection[str]) -> frozenset[str]:
    await login.check(settings)
    admin = AIOKafkaAdminClient(**kafka.client(await kafka.answering(settings)))
    await admin.start()
    try:
        there = frozenset(await admin.list_topics())
        missing = sorted(set(names) - there)
        new = [_topic(name, settings.topic_partitions, settings.topic_replication) for name in missing]
        if new:
            _check(await admin.create_topics(new))
        return there
    finally:
        await admin.close()


def _topic(name: str, partitions: int, replication: int) -> NewTopic:
    settings = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}
    if are_commands(name):
        settings["max.message.bytes"] = str(RECORD_BYTES_MAX)
        settings[TIMESTAMP_TYPE] = APPEND_TIME
    if replication > 1:
        settings["min.insync.replicas"] = str(replication - 1)
    return NewTopic(name, partitions, replication, topic_configs=settings)


def _check(response: object) -> None:
    for name, code, *_ in response.topic_errors:  # type: ignore[attr-defined]
        error: type[KafkaError] = for_code(code)
        if error is TopicAuthorizationFailedError:
            raise TopicsUnseen(
                f"topic {name} is not there, or this principal may not see it, and may not create it: an administrator"
                " runs `forcegen kafka provision`, and `forcegen kafka acls --check` shows which right is missing"
            )
        if code and error is not TopicAlreadyExistsError:  # another service may create the same topic at this moment
            raise TopicsMissing(f"topic {name} could not be created: {error.__name__}")
