"""`forcegen held`: events of other services that wait for an upgrade; `forcegen drop-held` drops one of them."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cli import complete
from cli.connect.endpoints import USUAL, Database, Directory, running_system
from cli.lazy import at_first_use
from cli.output.errors import CommandError
from cli.output.options import JsonLines, print_json
from cli.output.tables import Only, column, first_of, number, prose, table
from cli.output.terminal import notices
from contracts.json_object import JsonObject

with at_first_use():
    from cli.connect import http
    from contracts import registry
    from kernel import nearest
    from kernel.model import records
    from operations import held_events

ROWS_MAX = 1_000
PAGE = 500
REASON_LENGTH_MAX = 500
_PLACE = re.compile(r"(?P<topic>[A-Za-z0-9._-]{1,249})/(?P<part>\d{1,9})/(?P<offset>\d{1,18})", re.ASCII)
One = Annotated[
    str | None,
    typer.Argument(
        metavar="SERVICE",
        help="One service, e.g. approvals; without it, all.",
        autocompletion=complete.services,
    ),
]
Service = Annotated[
    str,
    typer.Argument(metavar="SERVICE", help="Which holds it, e.g. vacancies.", autocompletion=complete.services),
]
Place = Annotated[
    str,
    typer.Argument(
        metavar="TOPIC/PARTITION/OFFSET",
        help="As `forcegen held` shows it.",
        autocompletion=complete.held_events,
    ),
]
Why = Annotated[str, typer.Option("--reason", help="Kept with the dead letter that it becomes.")]


def held(
    service: One = None, directory: Directory = USUAL, *, columns: Only = None, as_json: JsonLines = False
) -> None:
    """Show the events that are newer than the service that should react to them, and those that wait behind them.

    They are taken up, in order, once the service is upgraded; nothing else waits for them.

    \b
    Examples:
      forcegen held
      forcegen held vacancies --json
    \b
    Exit codes: 0 shown, also when there is none; 1 a service is unknown or does not answer; 2 the command
    line is wrong.
    """
    urls = {name: url for name, url in running_system(directory).urls.items() if name in registry.SERVICES}
    if service is not None and service not in urls:
        remedy = nearest.did_you_mean(service, urls, f"Name one of: {', '.join(urls)}.")
        raise CommandError(f"There is no service {service!r} here that decides. {remedy}")
    pages = {name: f"{url}/v1/held" for name, url in urls.items() if service in (None, name)}
    events = ((name, one) for name, url in pages.items() for one in http.get_items(url, limit=PAGE))
    if as_json:
        for name, event in events:
            print_json({"service": name, **event})
    else:
        _show(events, columns)


def drop_held(
    service: Service, place: Place, reason: Why, database: Database = None, directory: Directory = USUAL
) -> None:
    """Give up one event that is held: it becomes a dead letter with the reason, and the events behind it go on.

    Nothing that it should have led to happens in this service. The event itself stays in its topic and the archive.
    Where a register of producers is in force, this proposes it; a second operator gives the same command with the same
    reason (FORCEGEN_TOKEN). With --database, the owner of the tables drops it alone, and the dead letter says so.

    \b
    Example:
      forcegen drop-held vacancies deployments.events/2/1041 --reason "recorded by hand, note 14/3"
    \b
    Exit codes: 0 dropped or proposed; 1 it is not held, or nothing answers; 2 the command line is wrong.
    """
    if service not in registry.SERVICES:
        raise typer.BadParameter(f"name one of {', '.join(registry.SERVICES)}", param_hint="SERVICE")
    named = _PLACE.fullmatch(place)
    if named is None:
        raise typer.BadParameter("write it as deployments.events/2/1041", param_hint="TOPIC/PARTITION/OFFSET")
    if not 1 <= len(reason.strip()) <= REASON_LENGTH_MAX:
        raise typer.BadParameter(f"say why in 1 to {REASON_LENGTH_MAX} characters", param_hint="--reason")
    origin = records.Origin(named["topic"], int(named["part"]), int(named["offset"]))
    if database is None and not _dropped(running_system(directory).urls[service], origin, reason.strip()):
        typer.echo(f"It is proposed to drop {place}. Another operator gives the same command, with the same reason.")
        return
    if database is not None and not _gave_up(service, origin, reason.strip(), database, directory):
        raise CommandError(f"{service} does not hold {place}: see `forcegen held {service}`.")
    typer.echo(f"{place} is a dead letter of {service} now; the events behind it are taken up within a minute.")


def _gave_up(service: str, origin: "records.Origin", reason: str, database: str, directory: Path) -> bool:
    return asyncio.run(held_events.give_up_event(service, origin, reason, database, directory))


def _dropped(url: str, origin: "records.Origin", reason: str) -> bool:
    """Whether the service has dropped it; else that is proposed now."""
    query = [("at", str(origin)), ("reason", reason)]
    state: str = http.post_json(f"{url}/v1/held/drop", query)["state"]
    return state == "dropped"


def _show(events: Iterator[tuple[str, JsonObject]], columns: str | None) -> None:
    shown = table(
        *("service", column("topic_partition_offset", "topic/partition/offset"), "stream"),
        *(number("version"), "since", prose("reason")),
    )
    first, more = first_of(events, ROWS_MAX)
    for service, event in first:
        place = f"{event['topic']}/{event['partition']}/{event['offset']}"
        reason = event["reason"]
        if proposer := event.get("drop_proposed_by"):
            reason = f"{reason} {proposer} proposes to drop it: {event['drop_reason']}"
        shown.row(service, place, event["stream"], event["version"], event["since"], reason)
    if shown.rows or columns:
        shown.show(columns)
    else:
        typer.echo("No event is held.")
    if more:
        notices().print(f"{more:,} more are not shown: `forcegen held --json` prints them all.")
