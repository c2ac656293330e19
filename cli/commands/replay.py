"""`forcegen audit replay`: replays archived records to another place, and shows the difference first."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.commands import archive_options
from cli.connect.endpoints import USUAL, Bootstrap, Database, Directory
from cli.lazy import at_first_use
from cli.output.errors import WRONG_USAGE, CommandError
from cli.output.options import Json, print_json
from deploy.local.kafka_logins import ADMIN
from operations.kafka_users import REFILL

with at_first_use():
    from cli.commands import rebuild, refill, selection
    from cli.connect import brokers
    from cli.output import progress
    from operations import archive_selection, connections, copy_archive, rebuild_views, refill_topics


class To(StrEnum):
    """Where records can be replayed to."""

    FILE = "file"
    VIEWS = "views"
    TOPIC = "topic"


Where = Annotated[To, typer.Option("--to", help="Where to.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="With --to file: the file, one record a line.")]
Views = Annotated[
    str | None,
    typer.Option(help="With --to views: postgresql://… of the role that owns them; else as --database is found."),
]
Back = Annotated[
    bool, typer.Option("--back", help="With --to views: the views from before the last replay serve again.")
]
As = Annotated[
    list[str] | None,
    typer.Option("--as", metavar="TOPIC=OTHER", help="With --to topic: under another name; may be repeated."),
]
Dry = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")]


def replay(  # noqa: PLR0913  (an option each)
    *,
    to: Where,
    out: Out = None,
    topic: archive_options.Topics = None,
    service: archive_options.Services = None,
    stream: archive_options.Streams = None,
    type_: archive_options.Types = None,
    effective_since: archive_options.EffectiveSince = None,
    effective_until: archive_options.EffectiveUntil = None,
    recorded_since: archive_options.RecordedSince = None,
    recorded_until: archive_options.RecordedUntil = None,
    correlation: archive_options.Correlations = None,
    as_far_as: archive_options.AsFarAs = None,
    as_: As = None,
    bootstrap: Bootstrap = None,
    database: Database = None,
    views: Views = None,
    directory: Directory = USUAL,
    back: Back = False,
    dry_run: Dry = False,
    as_json: Json = False,
) -> None:
    """Archived records again: to a file, to Kafka, to the views. After it was cut short, run again, it goes on.

    To topics that Kafka lost, each record goes to the offset that it had, and topics are taken whole. Command topics
    only by their name: what stands in them is an order to act. The services must be stopped.

    To the views, without a filter, all are made anew beside those that serve, compared with them row by row, and take
    their place at once; with filters, what the serving views missed of these records is applied to them.

    \b
    Examples:
      forcegen audit replay --to file --out mandate.jsonl --stream mandate/kz-2014
      forcegen audit replay --to file --out june.jsonl --service deployments --recorded-since 2026-06-01
      forcegen audit replay --to views --dry-run --json | jq .differences
      forcegen audit replay --to views --stream line/kz-2013/observers
      forcegen audit replay --to topic --topic approvals.commands --topic approvals.events
    \b
    Exit codes: 0 done, or nothing was left to do; 1 it could not be done; 2 the command line is wrong.
    """
    which = selection.selection(
        topics=topic,
        services=service,
        streams=stream,
        types=archive_selection.full_types(type_),
        effective=selection.period("--effective", effective_since, effective_until),
        recorded=selection.period("--recorded", recorded_since, recorded_until),
        correlations=correlation,
        as_far_as=selection.vector(as_far_as),
    )
    match _belonging(to, {"--out": out, "--as": as_, "--views": views, "--back": back}):
        case To.FILE:
            _to_file(which, out, database, directory, dry_run=dry_run, as_json=as_json)
        case To.VIEWS:
            _to_views(which, database, views, directory, back=back, dry_run=dry_run, as_json=as_json)
        case To.TOPIC:
            _to_topic(which, as_ or [], bootstrap, database, directory, dry_run=dry_run, as_json=as_json)


BELONGS: Final = {"--out": To.FILE, "--as": To.TOPIC, "--views": To.VIEWS, "--back": To.VIEWS}


def _belonging(to: To, given: Mapping[str, object]) -> To:
    """Refuse options that would have no effect: they are a mistake."""
    for option, value in given.items():
        if value and BELONGS[option] is not to:
            raise CommandError(f"{option} goes with --to {BELONGS[option]}, not with --to {to}.", WRONG_USAGE)
    return to


def _to_topic(
    which: "archive_selection.Selection",
    renamed: list[str],
    bootstrap: str | None,
    database: str | None,
    directory: Path,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    names = refill.other_names(renamed)
    user = ADMIN if names else REFILL  # no ACL is made beforehand for a topic with another name
    at = brokers.kafka(bootstrap, directory, user)
    refill.refill(refill_topics.RefillRequest(which, names, at, database, directory, dry_run), as_json=as_json)


def _to_views(
    which: "archive_selection.Selection",
    database: str | None,
    views: str | None,
    directory: Path,
    *,
    back: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    at = rebuild_views.ViewAddresses(database, connections.reader_url("reporting", views, directory), directory)
    if back:
        rebuild.back(at, as_json=as_json)
    elif which == archive_selection.Selection():
        rebuild.rebuild(at, dry_run=dry_run, as_json=as_json)
    else:
        rebuild.apply(at, which, dry_run=dry_run, as_json=as_json)


def _to_file(
    which: "archive_selection.Selection",
    out: Path | None,
    database: str | None,
    directory: Path,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    if out is None:
        raise CommandError("--to file needs --out: the file to write.", WRONG_USAGE)
    copying = copy_archive.copy_to_file(which, out, database, directory, progress.records, dry_run=dry_run)
    copied = asyncio.run(copying)
    there, missing = copied.there, copied.missing
    if as_json:
        print_json({"there": there, "missing": missing, "unreadable": copied.unreadable, "dry_run": dry_run})
        return
    typer.echo(f"{there + missing:,} records: {there:,} were there, {missing:,} were missing.")
    if copied.unreadable:
        typer.echo(
            f"{copied.unreadable:,} records are no CloudEvents and were not looked into: only topics select them."
        )
    if dry_run:
        typer.echo(refill.DRY)
