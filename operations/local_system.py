"""The whole system on this machine, put together: its services, and how Postgres and Kafka are provisioned for them."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from deploy import access, roles, system
from deploy.local.kafka_logins import USERS_FILE, KafkaLogin, completed, passwords_in
from deploy.local.process import write_atomically
from deploy.local.services import System
from deploy.local.stack import Servers
from kernel.runtime.settings import Settings
from operations import demo_clock, local_producers
from operations.kafka_settings import of_local_login
from operations.kafka_users import RegisteredProducer
from operations.producers import at_brokers, read_register


def provision_kafka_here(servers: Servers, directory: Path) -> Mapping[str, KafkaLogin]:
    """Topics, users and ACLs of the local Kafka, as on any other; returns the login of each user. May be repeated."""
    # Imported late: the services' own code, too much for `forcegen --help` to load.
    from operations.kafka_access import accesses  # noqa: PLC0415
    from operations.provision_kafka import provision_kafka  # noqa: PLC0415

    path = directory / USERS_FILE
    stored, registered = passwords_in(path), producers_here()
    passwords = completed(stored, accesses(registered).keys())
    if passwords != stored:
        write_atomically(path, json.dumps(passwords, indent=2) + "\n")
    asyncio.run(provision_kafka(of_local_login(servers.kafka_bootstrap, servers.kafka_admin), passwords, registered))
    return {user: KafkaLogin(user, password) for user, password in passwords.items()}


def producers_here() -> Sequence[RegisteredProducer]:
    """The producers of the register that an operator names here (`FORCEGEN_PRODUCERS`); none without one: those of the
    register that is made here send as `cli`.

    Raises:
        OperationError: the register cannot be used, or the operators' keys are not set.
    """
    settings = Settings()
    if settings.producers is None:
        return ()
    return at_brokers(read_register(settings.producers, settings.producers_operators or ","))


def settings_here(directory: Path) -> Mapping[str, str]:
    """Settings of every service of the system in a directory: who may use it over HTTP, who may send commands, and
    whether these may name their record times (`operations.demo_clock`).
    """
    return {
        **access.settings_here(directory),
        **local_producers.settings_here(directory),
        **demo_clock.settings_here(directory),
    }


SYSTEM: Final = System(system.SERVICES, roles.provision_here, provision_kafka_here, settings_here)
