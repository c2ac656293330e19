"""`forcegen audit trace`: from any message to what caused it and what it caused, across services, as a tree."""

from typing import Annotated

import typer
from rich.text import Text
from rich.tree import Tree

from cli.connect.endpoints import USUAL, Directory, running_system
from cli.lazy import at_first_use
from cli.output.options import print_json
from cli.output.terminal import printable, results
from contracts.json_object import JsonObject

with at_first_use():
    from cli.connect import http

Message = Annotated[
    str, typer.Argument(metavar="MESSAGE", help="The id of an event or a command, or topic/partition/offset.")
]
Url = Annotated[str | None, typer.Option("--audit-url", help="The audit service's address; else what is up here.")]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar=["FORCEGEN_AUDIT_TOKEN", "FORCEGEN_TOKEN"],
        help="What shows a service that you may read its content.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="As the service answers it.")]


def trace(
    message: Message, url: Url = None, token: Token = None, directory: Directory = USUAL, *, as_json: Json = False
) -> None:
    """Show what led to a message and what it led to: commands, events, outcomes, and what other services did then.

    \b
    Examples:
      forcegen audit trace 7d0b5f6e-0c53-5c0e-9a54-3f2f5f4f6c11
      forcegen audit trace deployments.events/0/17
      forcegen audit trace deployments.events/0/17 --json
    \b
    Exit codes: 0 shown; 1 there is no such message, or the service does not answer.
    """
    at = (running_system(directory).urls["audit"] if url is None else url).rstrip("/")
    by = "at" if message.count("/") == 2 else "event"
    answer = http.get_json(f"{at}/v1/causes", [(by, message)], token)
    if as_json:
        print_json(answer)
        return
    beyond = answer["beyond"]
    whole = Tree(Text(f"a cause that is not in the log: {beyond}" if beyond else "the log", "dim"))
    for root in answer["trees"]:
        _grow(whole, root, answer["subject"])
    results().print(whole, soft_wrap=True)
    if answer["cut"]:
        typer.echo("There is more: trace a later message of it.")


def _grow(above: Tree, cause: JsonObject, leaf: int) -> None:
    text = " ".join(filter(None, (cause["kind"], cause["type"] or "(no CloudEvent)", cause["status"])))
    place = f" {cause['stream'] or ''} at {cause['topic']}/{cause['part']}/{cause['offset']} {cause['recorded'] or ''}"
    mark = (" (this message)", "bold") if cause["leaf"] == leaf else ""
    said_by = f" by {cause['authonbehalfof'] or cause['authid']}" if cause["authid"] else ""
    branch = above.add(Text.assemble(printable(text), mark, (printable(place.rstrip()), "dim"), printable(said_by)))
    for each in cause["caused"]:
        _grow(branch, each, leaf)
