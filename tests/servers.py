"""Real servers for tests: those that the environment names, else containers, else those of `deploy.local`.

The same tests run on all three, and nothing is ever skipped.

Kafka demands a login. Test drivers log in as its administrator: `FORCEGEN_KAFKA_…` holds that while the servers are
used, and `tests.kafka_clients` reads it. Services log in as themselves, with the rights that the table gives them.
"""

import asyncio
import os
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from deploy.local import stack
from deploy.local.kafka_logins import KafkaLogin
from kernel.runtime.settings import Settings
from operations.kafka_access import accesses
from operations.provision_kafka import provision_kafka
from tests import containers
from tests.template_databases import drop_templates

KAFKA = "FORCEGEN_TEST_KAFKA"
KAFKA_USERNAME = "FORCEGEN_TEST_KAFKA_USERNAME"
KAFKA_PASSWORD = "FORCEGEN_TEST_KAFKA_PASSWORD"  # noqa: S105  (the name of a variable)
KAFKA_MECHANISM = "FORCEGEN_TEST_KAFKA_MECHANISM"
POSTGRES = "FORCEGEN_TEST_POSTGRES"
PASSWORD = "only-for-tests"  # noqa: S105
PASSWORDS = dict.fromkeys(accesses(), PASSWORD)
"""Of every principal at Kafka."""


@dataclass(frozen=True)
class Servers:
    """A Kafka and a Postgres, the latter by its superuser."""

    kafka: str
    postgres: str
    secured: bool = False
    """Whether Kafka demands a login; one that `FORCEGEN_TEST_KAFKA` names without a password does not."""

    def database(self, name: str) -> str:
        """The superuser's address of one database."""
        return urlunsplit(urlsplit(self.postgres)._replace(path=f"/{name}"))

    def as_role(self, role: str, password: str, name: str) -> str:
        """The address of one database for a role."""
        host = urlsplit(self.postgres)
        return f"postgresql://{role}:{password}@{host.hostname}:{host.port}/{name}"


@contextmanager
def provided_servers(directory: Path) -> Iterator[Servers]:
    """The servers for one run of the tests."""
    with _started(directory) as (kafka, postgres, login), provisioned(kafka, postgres, login) as servers:
        yield servers


@contextmanager
def provisioned(kafka: str, postgres: str, login: Mapping[str, str]) -> Iterator[Servers]:
    """Servers whose Kafka knows every principal of the system, as its administrator."""
    with logged_in(login):
        if login:
            with ThreadPoolExecutor(1) as aside:  # a loop may run in this thread
                aside.submit(asyncio.run, provision_kafka(Settings(kafka_bootstrap=kafka), PASSWORDS)).result()
        yield Servers(kafka, postgres, secured=bool(login))
        drop_templates(postgres)


@contextmanager
def _started(directory: Path) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """The addresses of Kafka and Postgres, and how the administrator of Kafka logs in."""
    if KAFKA in os.environ and POSTGRES in os.environ:
        yield os.environ[KAFKA], os.environ[POSTGRES], _given_login(os.environ)
        return
    with containers.started() as contained:
        if contained is not None:
            yield contained
            return
    local = stack.up(directory)
    try:
        yield local.kafka_bootstrap, local.postgres_dsn, local.kafka_admin.as_environment()
    finally:
        stack.down(directory)


def _given_login(environment: Mapping[str, str]) -> Mapping[str, str]:
    if KAFKA_PASSWORD not in environment:
        return {}
    username = environment.get(KAFKA_USERNAME, "admin")
    login = KafkaLogin(username, environment[KAFKA_PASSWORD]).as_environment()
    mechanism = environment.get(KAFKA_MECHANISM)
    return {**login, "FORCEGEN_KAFKA_SASL_MECHANISM": mechanism} if mechanism else login


@contextmanager
def logged_in(login: Mapping[str, str]) -> Iterator[None]:
    """Every client that is made of settings or by `tests.kafka_clients` logs in so."""
    before = {name: os.environ.get(name) for name in login}
    os.environ.update(login)
    try:
        yield
    finally:
        for name, text in before.items():
            os.environ.pop(name, None)
            if text is not None:
                os.environ[name] = text


@contextmanager
def fresh_database(servers: Servers, template: str = "template1") -> Iterator[str]:
    """A new database, empty or a copy of another, dropped afterwards."""
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(servers.postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield name
    finally:
        with psycopg.connect(servers.postgres, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
