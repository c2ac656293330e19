"""`forcegen audit replay --to views`: the views made anew from the archive, held against those that serve, and put in.

All of the archive goes into a schema beside; once it holds what the serving views hold, row is compared with row, and
the two change places in one transaction. Part of the archive goes into the views that serve: what they have already is
passed over, so only what they missed is applied.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import stamina
import typer

from cli.connect import databases
from cli.output.errors import Complaint
from cli.output.progress import Records, records
from cli.output.terminal import number, results, row, table
from kernel.model.records import Partition
from kernel.store.postgres import Connection
from services.audit.archive import high_water_mark
from services.audit.archive import selection as archive
from services.audit.archive.selection import Selection
from services.reporting import rebuild
from services.reporting.app import SERVICE
from services.reporting.projector.projector import Applied
from services.reporting.rebuild import FRESH, LIVE, Difference, Positions, ViewFill

ARCHIVE_WAIT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Of the archive, to read; of the views, as the role that owns them."""

    archive: str | None
    views: str
    directory: Path


def whole(at: Addresses, *, dry_run: bool) -> None:
    """All views, from all of the archive."""
    with records() as bar:
        differences = asyncio.run(_whole(at, bar, dry_run=dry_run))
    show(differences)
    typer.echo("Nothing was changed: this is the difference that it would make." if dry_run else PUT_IN)


PUT_IN: Final = "The views that were made anew serve now. Go back to those of before with --back."


def back(at: Addresses) -> None:
    """The views of before the last replay serve again."""
    asyncio.run(_back(at))
    typer.echo("The views of before serve again. They read on from where they were.")


def part(at: Addresses, which: Selection, *, dry_run: bool) -> None:
    """Some records into the views that serve."""
    with records() as bar:
        done = asyncio.run(_part(at, which, bar, dry_run=dry_run))
    typer.echo(
        f"{done.applied:,} events were missing and are applied, {done.duplicates:,} were there,"
        f" {done.parked:,} wait for an earlier one of their stream."
    )
    if dry_run:
        typer.echo("Nothing was changed: this is the difference that it would make.")


def show(differences: Sequence[Difference]) -> None:
    """Table by table, with some of the rows."""
    if not differences:
        typer.echo("The views that were made anew are the same as those that served, row by row.")
        return
    shown = table("view", number("only served"), number("only made anew"))
    for one in differences:
        row(shown, (one.table, f"{one.only_live:,}", f"{one.only_fresh:,}"))
    results().print(shown)
    for one in differences:
        for told in one.shown:
            typer.echo(f"{one.table} {told}")


async def _whole(at: Addresses, bar: Records, *, dry_run: bool) -> list[Difference]:
    await rebuild.make(at.views, LIVE)  # where the views were dropped, there are empty ones to compare with
    await rebuild.renew(at.views)
    async with databases.reading("audit", at.archive, at.directory) as kept, databases.owning(at.views, LIVE) as live:
        async with databases.owning(at.views, FRESH) as fresh:
            filling = ViewFill(fresh)
            await _fill(kept, filling, await _until(kept, await rebuild.positions(live)), bar)
            async with live.transaction():
                until = await _until(kept, await rebuild.positions(live, held=True))
                await _caught_up(kept, until)
                await _fill(kept, filling, until, bar)
                differences = await rebuild.differences(live)
                if not dry_run:
                    await rebuild.swap(live)
        if dry_run:
            await rebuild.drop(live)
    return differences


async def _fill(kept: Connection, filling: ViewFill, until: Positions, bar: Records) -> None:
    """What the archive has before `until`, and the fresh views have not."""
    await filling.begin(until)
    which = Selection(as_far_as=until)
    before = await archive.size(kept)
    first = await high_water_mark.first_missing(kept, filling.offsets)
    if first is not None:
        bar.begin("projecting", await archive.count(kept, which, before, first - 1))
        async for page in archive.pages(kept, which, before, first - 1):
            await filling.apply([high_water_mark.consumed(each) for each in page.records], until)
            bar(page.looked_at)
    await filling.reach(until)


async def _until(kept: Connection, positions: Positions) -> dict[Partition, int]:
    """Where the views that serve are; where they have read nothing, all that is archived."""
    return {
        place: positions.get(place) or end
        for place, end in (await high_water_mark.archived_until(kept, SERVICE.topics_in)).items()
    }


class _Behind(Exception):
    """The archive does not hold it yet."""


@stamina.retry(on=_Behind, attempts=None, timeout=ARCHIVE_WAIT_S, wait_max=1)
async def _held(kept: Connection, until: Positions) -> None:
    archived = await high_water_mark.archived_until(kept, SERVICE.topics_in)
    if any(archived.get(place, 0) < end for place, end in until.items()):
        raise _Behind


async def _caught_up(kept: Connection, until: Positions) -> None:
    """The archive holds everything before `until`."""
    try:
        await _held(kept, until)
    except _Behind as fault:
        told = "The archive is behind the views: let the audit room catch up (`forcegen lag`), and run this again."
        raise Complaint(told) from fault


async def _back(at: Addresses) -> None:
    async with databases.owning(at.views, LIVE) as live, live.transaction():
        if not await live.fetchval("SELECT to_regnamespace($1) IS NOT NULL", rebuild.BEFORE):
            raise Complaint("There are no views of before: nothing was replayed to views yet.")
        await rebuild.positions(live, held=True)
        await rebuild.swap(live, rebuild.BEFORE)


async def _part(at: Addresses, which: Selection, bar: Records, *, dry_run: bool) -> Applied:
    done = Applied()
    async with databases.reading("audit", at.archive, at.directory) as kept, databases.owning(at.views, LIVE) as live:
        archive.check(which, await archive.partitions(kept))
        before = await archive.size(kept)
        bar.begin("applying", await archive.count(kept, which, before))
        transaction = live.transaction()
        await transaction.start()
        try:
            async for page in archive.pages(kept, which, before):
                events = [high_water_mark.consumed(each) for each in page.records if each["topic"] in SERVICE.topics_in]
                done += await rebuild.apply(live, events)
                bar(page.looked_at)
        except asyncpg.UniqueViolationError as fault:
            raise Complaint("The room applied some of them meanwhile: run this again.") from fault
        await (transaction.rollback() if dry_run else transaction.commit())
    return done
