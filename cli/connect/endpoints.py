"""Addresses: from an option, else its environment variable, else the file that `forcegen up` wrote."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from cli.connect import tokens
from cli.output.errors import CommandError
from deploy.local.endpoints import Endpoints, read_endpoints
from deploy.service_names import QUERY

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
        raise nothing_is_up(directory)
    return endpoints


def nothing_is_up(directory: Path) -> CommandError:
    """The error where no system runs: it says how to start one, and names the nearest one above this place."""
    remedy = "run `forcegen up`, or name another place with --directory (FORCEGEN_DIRECTORY)."
    if not directory.is_absolute():
        above = (place / directory for place in Path.cwd().parents)
        if running := next((place for place in above if read_endpoints(place) is not None), None):
            remedy += f" One is up in {running}."
    return CommandError(f"Nothing is up in {directory}: {remedy}")


def query_url(given: str | None, directory: Path) -> str:
    """The query API's address, without a trailing slash."""
    url = running_system(directory).urls.get(QUERY) if given is None else given
    if url is None:
        raise CommandError(
            f"No query API is up in {directory}: run `forcegen up`, or give its address with --query-url."
        )
    return url.rstrip("/")
