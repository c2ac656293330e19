"""Real servers for tests: those that the environment names, else containers, else those of `deploy.local`.

The same tests run on all three, and nothing is ever skipped.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from deploy.local import stack
from tests import containers

KAFKA = "FORCEGEN_TEST_KAFKA"
POSTGRES = "FORCEGEN_TEST_POSTGRES"


@dataclass(frozen=True)
class Servers:
    """A Kafka and a Postgres, the latter by its superuser."""

    kafka: str
    postgres: str

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
    if KAFKA in os.environ and POSTGRES in os.environ:
        yield Servers(os.environ[KAFKA], os.environ[POSTGRES])
        return
    with containers.started() as contained:
        if contained is not None:
            yield Servers(*contained)
            return
    local = stack.up(directory)
    try:
        yield Servers(local.kafka_bootstrap, local.postgres_dsn)
    finally:
        stack.down(directory)


@contextmanager
def fresh_database(servers: Servers) -> Iterator[str]:
    """A new empty database, dropped afterwards."""
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(servers.postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield name
    finally:
        with psycopg.connect(servers.postgres, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
