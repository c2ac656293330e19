"""Provisions any Kafka for this system: topics, SCRAM users and ACLs. May be repeated, and sets the passwords again.

The services need none of the rights that this needs, so it runs as the cluster's administrator, before they start.
"""

import asyncio
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from confluent_kafka.admin import AdminClient

from deploy.provision import Missing, setting
from kernel.messaging import topics
from kernel.messaging.acls import AclDifference, difference
from kernel.runtime.settings import Settings
from operations import kafka_admin
from operations.errors import OperationError
from operations.kafka_access import NAMESPACE, SERVICES, accesses, table
from operations.kafka_admin import administration
from operations.kafka_settings import check_kafka
from operations.kafka_users import RegisteredProducer

__all__ = ["AclDifference", "apply_acls", "compare_acls", "given_passwords", "provision_kafka"]


IN_EFFECT_WITHIN_S: Final = 60.0
IN_EFFECT_POLL_S: Final = 0.1
_NO_VARIABLE: Final = re.compile("[^A-Z0-9_]", re.ASCII)


def given_passwords(environment: Mapping[str, str], producers: Sequence[RegisteredProducer] = ()) -> Mapping[str, str]:
    """The password of each principal for which `FORCEGEN_<PRINCIPAL>_KAFKA_PASSWORD` or `…_FILE` is set.

    Raises:
        OperationError: a file cannot be read, or is empty; or a variable would be that of two principals.
    """
    passwords: dict[str, str] = {}
    named: dict[str, str] = {}
    for principal in accesses(producers):
        name = f"FORCEGEN_{_NO_VARIABLE.sub('_', principal.upper())}_KAFKA_PASSWORD"
        if name in environment or f"{name}_FILE" in environment:
            if (other := named.setdefault(name, principal)) != principal:
                raise OperationError(f"{name} would be the password of {other} and of {principal}: rename one user.")
            try:
                passwords[principal] = setting(environment, name)
            except (Missing, OSError) as fault:
                raise OperationError(str(fault)) from fault
    return passwords


async def provision_kafka(
    settings: Settings, passwords: Mapping[str, str], producers: Sequence[RegisteredProducer] = ()
) -> AclDifference:
    """Make topics, users and ACLs; returns what was changed of the ACLs.

    A principal without a password here is left as it is: it may be made elsewhere, or log in with a certificate.

    Raises:
        InvalidRequest: a password is of somebody who is no principal, or a producer cannot be registered.
        OperationError: the brokers do not answer, or refuse.
    """
    if unknown := sorted(passwords.keys() - accesses(producers).keys()):
        raise OperationError(f"{unknown[0]} is no principal at the brokers: register the producer, or leave it out.")
    await check_kafka(settings)
    await provision_topics(settings, producers)

    def users_and_acls() -> AclDifference:
        with administration(settings) as admin:
            kafka_admin.set_passwords(admin, passwords)
            differs = _apply(admin, producers, keep=())
            _wait_until(lambda: kafka_admin.has_users(admin, passwords.keys()))
            return differs

    return await asyncio.to_thread(users_and_acls)


async def provision_topics(settings: Settings, producers: Collection[RegisteredProducer] = ()) -> None:
    """Create missing topics, each as its service's settings say, and have the brokers stamp the records of commands."""
    own = [topic for producer in producers for topic in producer.topics]
    await topics.ensure(settings, ())  # waits for brokers that are still starting
    await asyncio.to_thread(_stamp_commands, settings, own)
    for service in SERVICES:
        numbers = Settings.for_service(service.name)
        replicas = {"topic_partitions": numbers.topic_partitions, "topic_replication": numbers.topic_replication}
        wanted = {topic for topic in (*service.topics_in, *service.topics_out, *own) if _is_of(service.name, topic)}
        await topics.ensure(settings.model_copy(update=replicas), wanted)


async def compare_acls(
    settings: Settings, producers: Collection[RegisteredProducer] = (), keep: Collection[str] = ()
) -> AclDifference:
    """How the ACLs of a cluster differ from the table.

    Raises:
        OperationError: the brokers do not answer, or refuse.
    """
    await check_kafka(settings)

    def compared() -> AclDifference:
        with administration(settings) as admin:
            return _difference(admin, producers, keep)

    return await asyncio.to_thread(compared)


async def apply_acls(
    settings: Settings, producers: Collection[RegisteredProducer] = (), keep: Collection[str] = ()
) -> AclDifference:
    """Add what is missing of the table and remove what is not in it; returns what was changed.

    Raises:
        OperationError: the brokers do not answer, or refuse.
    """
    await check_kafka(settings)

    def applied() -> AclDifference:
        with administration(settings) as admin:
            return _apply(admin, producers, keep)

    return await asyncio.to_thread(applied)


def _apply(admin: AdminClient, producers: Collection[RegisteredProducer], keep: Collection[str]) -> AclDifference:
    """Adds before it removes, so that nobody who has a right in both states is without it in between."""
    differs = _difference(admin, producers, keep)
    kafka_admin.create_acls(admin, differs.missing)
    kafka_admin.delete_acls(admin, differs.superfluous)
    if differs:
        _wait_until(lambda: not _difference(admin, producers, keep))
    return differs


def _difference(admin: AdminClient, producers: Collection[RegisteredProducer], keep: Collection[str]) -> AclDifference:
    wanted = table(producers, kafka_admin.topic_names(admin))
    return difference(wanted, kafka_admin.present_acls(admin), namespace=NAMESPACE, keep=keep)


def _wait_until(holds: Callable[[], bool]) -> None:
    """A broker hears of a change a moment after the administrator is answered, and services start right behind this."""
    deadline = time.monotonic() + IN_EFFECT_WITHIN_S
    while not holds():
        if time.monotonic() > deadline:
            raise OperationError(f"The brokers do not show the change within {IN_EFFECT_WITHIN_S:g} s: run it again.")
        time.sleep(IN_EFFECT_POLL_S)


def _is_of(service: str, topic: str) -> bool:
    return topic.partition(".")[0] == service


def _stamp_commands(settings: Settings, own: Collection[str]) -> None:
    """Set it for topics of a version that let senders stamp them; new ones are created so."""
    commands = {topic for service in SERVICES for topic in (*service.topics_in, *own) if topics.are_commands(topic)}
    with administration(settings) as admin:
        there = commands & kafka_admin.topic_names(admin)
        stamped = kafka_admin.topic_settings(admin, there, topics.TIMESTAMP_TYPE)
        others = [topic for topic, kind in stamped.items() if kind != topics.APPEND_TIME]
        kafka_admin.set_topic_setting(admin, others, topics.TIMESTAMP_TYPE, topics.APPEND_TIME)
