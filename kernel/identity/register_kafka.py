"""What a register of producers may say of Kafka: whose topics and whose user names; pure.

`operations/kafka_access.py` makes ACLs of it. What would open another principal's rights is refused here, in the text.
"""

import re
from typing import Final

from contracts.command_topics import own, service_of
from contracts.registry import COMMANDS, SERVICES
from kernel.identity.register import Producer

TAKEN: Final = frozenset(
    (*SERVICES, "reporting", "audit", "cli", "operator", "refill", "admin", "broker", "controller", "anonymous")
)
"""Names of this system at the brokers, of their super users, and of whoever does not log in (Kafka, `ANONYMOUS`)."""
_USER: Final = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)


def unfit_user(name: str) -> str | None:
    """Why a producer may not have this user name at the brokers."""
    if not _USER.fullmatch(name):
        return "A user name at the brokers has letters, digits, dots, hyphens and underscores, at most 100."
    if name.casefold() in TAKEN:
        return f"{name} is a user of this system or of the brokers themselves. Give the producer one of its own."
    return None


def unfit_topic(topic: str, producer: str) -> str | None:
    """Why a producer has no such topic of its own."""
    service = service_of(topic)
    if service is None:
        topics = ", ".join(own(each, producer) for each in SERVICES)
        return f"{topic[:80]!r} is no topic of commands. Name one of {topics}."
    if topic != own(service, producer):
        return (
            f"{topic[:80]!r} is not this producer's own, so it does not show who writes there."
            f" Write `topic {own(service, producer)}`."
        )
    return None


def unfit_rights(producer: Producer) -> str | None:
    """Why topics, users and keys of a producer do not fit each other."""
    name = producer.name
    if producer.must_sign and producer.topics:
        return f"{name} must sign, so no topic takes its unsigned commands. Remove `topic`."
    if producer.topics and not producer.brokers:
        return f"{name} has a topic, and nobody who may write there. Add `broker NAME`, its user at the brokers."
    if producer.brokers and not (producer.keys or producer.topics):
        topic = own(sorted(COMMANDS[type_].service for type_ in producer.commands)[0], name)
        return f"{name} has a user at the brokers, and nothing to write. Add `topic {topic}`, or a key."
    sent = {COMMANDS[type_].service for type_ in producer.commands}
    if idle := sorted(topic for topic in producer.topics if service_of(topic) not in sent):
        return f"{name} has the topic {idle[0]}, and may send no command there. Remove it, or add `command TYPE`."
    return None
