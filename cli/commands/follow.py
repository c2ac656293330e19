"""`forcegen follow`: prints changes of the views as they happen. A connection that ends is resumed where it ended."""

import time
from typing import Annotated, Final

import typer

from cli.connect.endpoints import USUAL, Directory, QueryUrl, query_url
from cli.lazy import at_first_use
from cli.output.errors import CommandError
from cli.output.options import print_json

with at_first_use():
    from cli.connect import changes

AGAIN_S: Final = 1.0
TRIES_MAX: Final = 30

Views = Annotated[
    list[str] | None, typer.Option("--view", metavar="VIEW", help="Only this view, e.g. tours; may be repeated.")
]
After = Annotated[int | None, typer.Option("--after", min=0, help="Begin behind the change of this number.")]
Json = Annotated[bool, typer.Option("--json", help="Print each change as the API sends it, one JSON object a line.")]


def follow(
    view: Views = None,
    after: After = None,
    api: QueryUrl = None,
    directory: Directory = USUAL,
    *,
    as_json: Json = False,
) -> None:
    """Print what changes in the views until it is stopped (Ctrl-C).

    \b
    Examples:
      forcegen follow
      forcegen follow --view tours --view missions
      forcegen follow --json --after 17 | jq -r '.ids[]'
    \b
    Exit codes: 0 stopped; 1 the API does not answer, or refuses; 2 the command line is wrong.
    """
    address, seen, tries = f"{query_url(api, directory)}/v1/changes", after, 0
    while True:
        try:
            for event in changes.events(address, view or [], seen):
                _show(event, as_json=as_json)
                seen, tries = int(event.id), 0
        except KeyboardInterrupt:
            return
        except changes.DISCONNECTED as fault:
            tries += 1
            if seen is None or tries > TRIES_MAX:
                raise CommandError(
                    f"{address} does not answer ({type(fault).__name__}): see `forcegen status`."
                ) from fault
        time.sleep(AGAIN_S)


def _show(event: "changes.ServerSentEvent", *, as_json: bool) -> None:
    """Print a change to standard output, which carries nothing else."""
    if event.event == "reset":
        typer.echo("Some changes are no longer kept: fetch the reports again.", err=True)
    elif event.event == "change" and as_json:
        print_json({"number": int(event.id), **event.json()})
    elif event.event == "change":
        change = event.json()
        left = change["rows"] - len(change["ids"])
        more = f" and {left:,} more" if left else ""
        typer.echo(f"{event.id}  {change['recorded']}  {change['view']}  {', '.join(change['ids'])}{more}")
