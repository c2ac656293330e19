"""`forcegen dead-letters`: the records that no service could read, the reason, and what the sender can do."""

from collections.abc import Iterator
from typing import Annotated

import typer

from cli import complete
from cli.connect.endpoints import USUAL, Directory, running_system
from cli.lazy import at_first_use
from cli.output.errors import CommandError
from cli.output.options import print_json
from cli.output.tables import Only, column, first_of, number, prose, table
from cli.output.terminal import notices
from contracts.json_object import JsonObject

with at_first_use():
    from cli.connect import http
    from kernel import nearest

ROWS_MAX = 1_000
PAGE = 500
One = Annotated[
    str | None,
    typer.Argument(
        metavar="SERVICE",
        help="One service, e.g. approvals; without it, all.",
        autocompletion=complete.services,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, with key, headers and value.")]


def dead_letters(
    service: One = None, directory: Directory = USUAL, *, columns: Only = None, as_json: Json = False
) -> None:
    """Show the records that could not be read, with the reason, the origin and the remedy.

    \b
    Examples:
      forcegen dead-letters
      forcegen dead-letters approvals
      forcegen dead-letters --columns topic_partition_offset,reason
      forcegen dead-letters --json > dead-letters.ndjson
    \b
    Exit codes: 0 shown, also when there is none; 1 a service is unknown or does not answer; 2 the command
    line is wrong.
    """
    urls = running_system(directory).urls
    if service is not None and service not in urls:
        remedy = nearest.did_you_mean(service, urls, f"Name one of: {', '.join(urls)}.")
        raise CommandError(f"There is no service {service!r} here. {remedy}")
    letters = ((name, one) for name, url in urls.items() if service in (None, name) for one in _letters(name, url))
    if as_json:
        for name, letter in letters:
            print_json({"service": name, **letter})
    else:
        _show(letters, columns)


def _letters(service: str, url: str) -> Iterator[JsonObject]:
    """All dead letters of a service, page by page."""
    try:
        yield from http.get_items(f"{url}/v1/dead-letters", limit=PAGE)
    except http.NotAtThisAddress:  # a service that can read everything, or reads nothing from Kafka, has none
        return


def _show(letters: Iterator[tuple[str, JsonObject]], columns: str | None) -> None:
    shown = table(
        *("service", number("position"), column("topic_partition_offset", "topic/partition/offset"), "field"),
        *(prose("reason"), prose("remedy")),
    )
    first, more = first_of(letters, ROWS_MAX)
    for service, letter in first:
        origin = f"{letter['topic']}/{letter['partition']}/{letter['offset']}"
        shown.row(service, letter["position"], origin, letter["field"], letter["reason"], letter["remedy"])
    if shown.rows or columns:
        shown.show(columns)
    else:
        typer.echo("No dead letters.")
    if more:
        notices().print(f"{more:,} more are not shown: `forcegen dead-letters --json` prints them all.")
