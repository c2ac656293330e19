"""`forcegen dead-letters`: the records that no service could read, the reason, and what the sender can do."""

import json
from collections.abc import Iterator
from typing import Annotated

import typer

from cli.connect import http
from cli.connect.endpoints import USUAL, Directory, running_system
from cli.output.errors import CommandError
from cli.output.terminal import number, results, row, table
from contracts.json_object import JsonObject

ROWS_MAX = 1_000
PAGE = 500
Only = Annotated[str | None, typer.Argument(metavar="SERVICE", help="One service, e.g. approvals; without it, all.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, with key, headers and value.")]


def dead_letters(service: Only = None, directory: Directory = USUAL, *, as_json: Json = False) -> None:
    """Show the records that could not be read, with the reason, the origin and the remedy.

    \b
    Examples:
      forcegen dead-letters
      forcegen dead-letters approvals
      forcegen dead-letters --json > dead-letters.ndjson
    \b
    Exit codes: 0 shown, also when there is none; 1 a service is unknown or does not answer.
    """
    urls = running_system(directory).urls
    if service is not None and service not in urls:
        raise CommandError(f"There is no service {service!r} here. Name one of: {', '.join(urls)}.")
    letters = ((name, one) for name, url in urls.items() if service in (None, name) for one in _letters(name, url))
    if as_json:
        for name, letter in letters:
            typer.echo(json.dumps({"service": name, **letter}, ensure_ascii=False))
    else:
        _show(letters)


def _letters(service: str, url: str) -> Iterator[JsonObject]:
    """All dead letters of a service, page by page."""
    try:
        yield from http.get_items(f"{url}/v1/dead-letters", limit=PAGE)
    except http.NotAtThisAddress:  # a service that can read everything, or reads nothing from Kafka, has none
        return


def _show(letters: Iterator[tuple[str, JsonObject]]) -> None:
    shown = table("service", number("position"), "topic/partition/offset", "field", "reason", "remedy")
    for count, (service, letter) in enumerate(letters):
        if count == ROWS_MAX:
            row(shown, ("…", None, None, None, "There are more: `forcegen dead-letters --json` prints them all.", None))
            break
        origin = f"{letter['topic']}/{letter['partition']}/{letter['offset']}"
        row(shown, (service, letter["position"], origin, letter["field"], letter["reason"], letter["remedy"]))
    results().print(shown if shown.row_count else "No dead letters.")
