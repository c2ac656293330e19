"""`forcegen audit replay`: archived records again, somewhere else, with the difference told first."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cli.commands import archive_options, refill
from cli.connect import databases
from cli.connect.databases import Database
from cli.connect.endpoints import USUAL, Bootstrap, Directory
from cli.output.errors import Complaint
from cli.output.progress import Records, records
from services.audit.archive import partition_reader, static_files
from services.audit.archive import selection as archive
from services.audit.archive.selection import SelectedPage, Selection
from services.audit.refill import to_file
from services.audit.refill.to_file import ResumableCopy


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
Back = Annotated[bool, typer.Option("--back", help="With --to views: those of before the last replay serve again.")]
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
    room: archive_options.Rooms = None,
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
) -> None:
    """Archived records again: to a file, to Kafka, to the views. After it was cut short, run again, it goes on.

    To topics that Kafka lost, each record goes to the offset that it had, and topics are taken whole. Command topics
    only by their name: what stands in them is an order to act. The rooms must be stopped.

    To the views, without a filter, all are made anew beside those that serve, compared with them row by row, and take
    their place at once; with filters, what the serving views missed of these records is applied to them.

    \b
    Examples:
      forcegen audit replay --to file --out mandate.jsonl --stream mandate/kz-2014
      forcegen audit replay --to file --out june.jsonl --room deployments --recorded-since 2026-06-01
      forcegen audit replay --to views --dry-run
      forcegen audit replay --to views --stream line/kz-2013/observers
      forcegen audit replay --to topic --topic approvals.commands --topic approvals.events
    \b
    Exit codes: 0 done, or nothing was left to do; 1 it could not be done; 2 the command line is wrong.
    """
    which = archive_options.selection(
        topics=topic,
        rooms=room,
        streams=stream,
        types=archive_options.types(type_),
        effective=archive_options.period("--effective", effective_since, effective_until),
        recorded=archive_options.period("--recorded", recorded_since, recorded_until),
        correlations=correlation,
        as_far_as=archive_options.vector(as_far_as),
    )
    _belong(to, {"--out": out, "--as": as_, "--views": views, "--back": back})
    match to:
        case To.FILE:
            _to_file(which, out, database, directory, dry_run=dry_run)
        case To.VIEWS:
            _to_views(which, database, views, directory, back=back, dry_run=dry_run)
        case To.TOPIC:
            refill.refill(which, as_ or [], bootstrap, database, directory, dry_run=dry_run)


BELONGS: Final = {"--out": To.FILE, "--as": To.TOPIC, "--views": To.VIEWS, "--back": To.VIEWS}


def _belong(to: To, given: Mapping[str, object]) -> None:
    """An option that would do nothing is a mistake."""
    for option, value in given.items():
        if value and BELONGS[option] is not to:
            raise Complaint(f"{option} goes with --to {BELONGS[option]}, not with --to {to}.", 2)


def _to_views(
    which: Selection, database: str | None, views: str | None, directory: Path, *, back: bool, dry_run: bool
) -> None:
    rebuild: Any = import_module("cli.commands.rebuild")  # the rooms' own code: too much for `--help` to load
    at = rebuild.Addresses(database, databases.address("reporting", views, directory), directory)
    try:
        if back:
            rebuild.back(at)
        elif which == Selection():
            rebuild.whole(at, dry_run=dry_run)
        else:
            rebuild.part(at, which, dry_run=dry_run)
    except (archive.UnknownFilterValue, archive.UnsequencedRecords) as fault:
        raise Complaint(str(fault)) from fault


def _to_file(which: Selection, out: Path | None, database: str | None, directory: Path, *, dry_run: bool) -> None:
    if out is None:
        raise Complaint("--to file needs --out: the file to write.", 2)
    try:
        with to_file.copy(out, dry_run=dry_run) as copy, records() as bar:
            unreadable = asyncio.run(_copied(which, copy, bar, database, directory))
    except (to_file.FileDiffers, archive.UnknownFilterValue, archive.UnsequencedRecords) as fault:
        raise Complaint(str(fault)) from fault
    except OSError as fault:
        raise Complaint(f"{out} cannot be written: {fault.strerror or fault}.") from fault
    typer.echo(f"{copy.there + copy.missing:,} records: {copy.there:,} were there, {copy.missing:,} were missing.")
    if unreadable:
        typer.echo(f"{unreadable:,} records are no CloudEvents and were not looked into: only topics select them.")
    if dry_run:
        typer.echo(refill.DRY)


async def _copied(which: Selection, copy: ResumableCopy, bar: Records, database: str | None, directory: Path) -> int:
    """How many records could not be looked into."""
    unreadable = 0
    async with databases.reading("audit", database, directory) as connection:
        known = {*await archive.partitions(connection), *await partition_reader.stored_offsets(connection, "audit")}
        archive.check(which, known)
        before = await archive.size(connection)
        bar.begin("replay", await archive.count(connection, which, before))
        async for page in archive.pages(connection, which, before):
            _put(page, copy)
            unreadable += page.unreadable
            bar(page.looked_at)
    copy.finish()
    return unreadable


def _put(page: SelectedPage, copy: ResumableCopy) -> None:
    for row in page.records:
        copy.take(static_files.line(row))
