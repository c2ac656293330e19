"""`forcegen audit trace`: from any message to what caused it and what it caused, across rooms, as a tree."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.tree import Tree

from cli import ask
from cli.addresses import USUAL, Directory, house
from cli.terminal import results

Asked = Annotated[
    str, typer.Argument(metavar="MESSAGE", help="The id of an event or a command, or topic/partition/offset.")
]
Url = Annotated[str | None, typer.Option("--audit-url", help="The audit room's address; else what is up here.")]
Json = Annotated[bool, typer.Option("--json", help="As the room tells it.")]


def trace(asked: Asked, url: Url = None, directory: Directory = USUAL, *, as_json: Json = False) -> None:
    """Show what led to a message and what it led to: commands, events, outcomes, and what other rooms did then.

    \b
    Examples:
      forcegen audit trace 7d0b5f6e-0c53-5c0e-9a54-3f2f5f4f6c11
      forcegen audit trace deployments.events/0/17
      forcegen audit trace deployments.events/0/17 --json
    \b
    Exit codes: 0 shown; 1 there is no such message, or the room does not answer.
    """
    at = (url or house(directory).urls["audit"]).rstrip("/")
    by = "at" if asked.count("/") == 2 else "event"
    found = ask.get_json(f"{at}/v1/causes", [(by, asked)])
    if as_json:
        typer.echo(json.dumps(found))
        return
    told = found["beyond"]
    whole = Tree(f"[dim]a cause that is not in the log: {escape(told)}[/]" if told else "[dim]the log[/]")
    for root in found["trees"]:
        _grow(whole, root, found["asked"])
    results().print(whole, soft_wrap=True)
    if found["cut"]:
        typer.echo("There is more: ask about a later message of it.")


def _grow(above: Tree, cause: Mapping[str, Any], asked: int) -> None:
    told = escape(" ".join(filter(None, (cause["kind"], cause["type"] or "(no CloudEvent)", cause["status"]))))
    place = escape(f"{cause['stream'] or ''} at {cause['topic']}/{cause['part']}/{cause['offset']}".strip())
    shown = f"[bold]{told}[/] [reverse]asked[/]" if cause["leaf"] == asked else told
    branch = above.add(f"{shown} [dim]{place} {cause['recorded'] or ''}[/]")
    for each in cause["caused"]:
        _grow(branch, each, asked)
