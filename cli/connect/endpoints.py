"""Addresses: from an option, else its environment variable, else the file that `forcegen up` wrote."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from cli.connect import tokens
from cli.output.errors import CommandError
from deploy.local.endpoints import Endpoints
from deploy.local.kafka_logins import login_of
from deploy.service_names import QUERY
from kernel.runtime.settings import Settings
from operations.kafka_settings import of_local_login
from operations.local_keys import LocalKeys, keys_in_force

Directory: TypeAlias = Annotated[
    Path,
    typer.Option("--directory", "-d", envvar="FORCEGEN_DIRECTORY", help="Where `forcegen up` keeps its data."),
]
Bootstrap: TypeAlias = Annotated[
    str | None,
    typer.Option("--bootstrap", envvar="FORCEGEN_KAFKA_BOOTSTRAP", help="Kafka's bootstrap servers."),
]
QueryUrl: TypeAlias = Annotated[
    str | None,
    typer.Option("--query-url", envvar="FORCEGEN_QUERY_URL", help="The query API, e.g. http://127.0.0.1:8080."),
]
Database: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--database",
        help="postgresql://… of a role that may read; else FORCEGEN_<SERVICE>_DATABASE_URL, FORCEGEN_DATABASE_URL,"
        " or what is up here.",
    ),
]
USUAL = Path(".forcegen")


def running_system(directory: Path) -> Endpoints:
    """The endpoints of the system that runs from a directory.

    Raises:
        CommandError: no system runs from it.
    """
    endpoints = tokens.remember(directory)
    if endpoints is None:
        raise CommandError(f"Nothing is up in {directory}: run `forcegen up`, or name another place with --directory.")
    return endpoints


def kafka(given: str | None, directory: Path, user: str) -> Settings:
    """How to reach Kafka: at a given address as `FORCEGEN_KAFKA_…` says, else at the one that is up here as `user`.

    Raises:
        CommandError: no system runs from the directory, or its Kafka has no such user.
    """
    if given is not None:
        return Settings(kafka_bootstrap=given)
    address, login = running_system(directory).kafka_bootstrap, login_of(user, directory)
    if login is None:
        raise CommandError(f"Kafka in {directory} has no user {user}: run `forcegen up` again, which makes it.")
    return of_local_login(address, login)


def producers_keys(given: str | None, directory: Path) -> LocalKeys | None:
    """The keys of the producers of the system that is up here; None for a Kafka at a given address, or where the
    services go by a register of somebody else's making.

    Raises:
        OperationError: the register here cannot be read.
    """
    return None if given is not None else keys_in_force(directory)


def query_url(given: str | None, directory: Path) -> str:
    """The query API's address, without a trailing slash."""
    url = running_system(directory).urls.get(QUERY) if given is None else given
    if url is None:
        raise CommandError(
            f"No query API is up in {directory}: run `forcegen up`, or give its address with --query-url."
        )
    return url.rstrip("/")
