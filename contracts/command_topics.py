"""The topics that commands come on: one of a service for all who sign, and one for each producer that does not.

Kafka tells no consumer who wrote a record, so a topic of its own, which nobody else may write, names a producer that
does not sign. A producer's name has neither dots nor underscores: the last part of the topic is the name, whole, and no
two topics are one in Kafka's metrics, where `.` and `_` are the same.
"""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final

from contracts.registry import SERVICES

NAME_LENGTH_MAX: Final = 64
"""Of a producer's name; a topic's may have 249 characters (Kafka, `Topic.MAX_NAME_LENGTH`)."""
PRODUCER_NAME: Final = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{NAME_LENGTH_MAX - 1}}}", re.ASCII)


def shared(service: str) -> str:
    """The topic on which every producer that signs sends a service's commands."""
    return f"{service}.commands"


def own(service: str, producer: str) -> str:
    """The topic on which one producer alone sends a service's commands."""
    return f"{service}.commands.{producer}"


@lru_cache(1024)  # for each record, of a few topics
def are_for(service: str, topic: str) -> bool:
    """Whether what comes on a topic are commands for a service, whichever services there are besides."""
    producer = topic.removeprefix(own(service, ""))
    return topic == shared(service) or (producer != topic and PRODUCER_NAME.fullmatch(producer) is not None)


def service_of(topic: str) -> str | None:
    """The service whose commands come on a topic; None if no service takes commands from it."""
    return next((service for service in SERVICES if are_for(service, topic)), None)


@lru_cache(1024)  # for each record, of a few topics
def producer_of(topic: str) -> str | None:
    """The producer whose own topic it is; None for a shared one, and for any that is not for commands."""
    service = service_of(topic)
    return None if service is None or topic == shared(service) else topic.removeprefix(own(service, ""))


def of_producers(services: Collection[str], topics: Iterable[str]) -> list[str]:
    """Those topics on which producers of their own send commands to some services, sorted.

    Whoever reads commands takes its list from here, and the topics from the cluster: what was sent on a topic is read
    to its end, also after its producer has left the register.
    """
    return sorted({topic for topic in topics if producer_of(topic) is not None and service_of(topic) in services})
