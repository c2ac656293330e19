"""Rebuilds views from the archive, compares them with the live ones, and replaces those.

A full rebuild projects all of the archive into a second schema; once that has caught up with the live views, they are
compared row by row and swapped in one transaction. A partial replay goes into the live views: it skips what they have
already, and applies only what they missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import stamina

from kernel.model.records import Partition
from kernel.store.sql import Connection
from operations import connections
from operations.archive_selection import Selection, archive_errors
from operations.errors import OperationError
from operations.progress import OpenProgress, RecordProgress
from services.audit.archive import high_water_mark, selection
from services.reporting import projection_version, rebuild
from services.reporting.app import SERVICE
from services.reporting.projector.projector import Applied
from services.reporting.rebuild import FRESH, LIVE, Difference, Positions, ViewFill

__all__ = ["Applied", "Difference", "ViewAddresses", "apply_missing", "rebuild_all", "restore_previous"]

ARCHIVE_WAIT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class ViewAddresses:
    """The addresses of the archive, for reading, and of the views, as the role that owns them."""

    archive: str | None
    views: str
    directory: Path


async def rebuild_all(at: ViewAddresses, open_progress: OpenProgress, *, dry_run: bool) -> Sequence[Difference]:
    """Make all views from all of the archive; returns how they differ from the live ones.

    Raises:
        OperationError: a database does not answer, or the archive is behind the views.
    """
    await rebuild.make(at.views, LIVE)  # if the views were dropped, this makes empty ones to compare with
    await rebuild.renew(at.views)
    with archive_errors(), open_progress() as progress:
        async with (
            connections.reading("audit", at.archive, at.directory) as archive,
            connections.owning(at.views, LIVE) as live,
        ):
            async with connections.owning(at.views, FRESH) as fresh:
                differences = await _fill_and_compare(archive, live, fresh, progress, dry_run=dry_run)
            if dry_run:
                await rebuild.drop(live)
    return differences


async def _fill_and_compare(
    archive: Connection, live: Connection, fresh: Connection, progress: RecordProgress, *, dry_run: bool
) -> Sequence[Difference]:
    """Fill most of it while the projector goes on; the rest, and the swap, while it waits."""
    filling = ViewFill(fresh)
    await _fill(archive, filling, await _goal(archive, await rebuild.positions(live)), progress)
    async with live.transaction():
        goal = await _goal(archive, await rebuild.positions(live, held=True))
        await _wait_for_archive(archive, goal)
        await _fill(archive, filling, goal, progress)
        differences = await rebuild.differences(live)
        if not dry_run:
            await rebuild.swap(live)
    return differences


async def _fill(archive: Connection, filling: ViewFill, goal: Positions, progress: RecordProgress) -> None:
    """Apply the records before `goal` that the new views do not have yet."""
    await filling.begin(goal)
    which = Selection(as_far_as=goal)
    size = await selection.size(archive)
    first = await high_water_mark.first_missing(archive, filling.offsets)
    if first is not None:
        progress.begin("projecting", await selection.count(archive, which, size, first - 1))
        async for page in selection.pages(archive, which, size, first - 1):
            await filling.apply([high_water_mark.consumed(row) for row in page.records], goal)
            progress(page.scanned)
    await filling.reach(goal)


async def _goal(archive: Connection, positions: Positions) -> dict[Partition, int]:
    """The positions of the live views; for partitions that they have not read, the end of the archive."""
    ends = await high_water_mark.archived_until(archive, SERVICE.topics_in)
    return {partition: positions.get(partition) or end for partition, end in ends.items()}


class _ArchiveBehind(Exception):
    """The archive does not hold everything before the goal yet."""


@stamina.retry(on=_ArchiveBehind, attempts=None, timeout=ARCHIVE_WAIT_S, wait_max=1)
async def _until_archived(archive: Connection, goal: Positions) -> None:
    ends = await high_water_mark.archived_until(archive, SERVICE.topics_in)
    if any(ends.get(partition, 0) < end for partition, end in goal.items()):
        raise _ArchiveBehind


async def _wait_for_archive(archive: Connection, goal: Positions) -> None:
    """Wait until the archive holds everything before `goal`."""
    try:
        await _until_archived(archive, goal)
    except _ArchiveBehind as error:
        cause = "The archive is behind the views"
        raise OperationError(
            f"{cause}: let the audit service catch up (`forcegen lag`), and run this again."
        ) from error


async def restore_previous(at: ViewAddresses) -> None:
    """Restore the views from before the last rebuild.

    Raises:
        OperationError: there are none.
    """
    async with connections.owning(at.views, LIVE) as live, live.transaction():
        if not await live.fetchval("SELECT to_regnamespace($1) IS NOT NULL", rebuild.BEFORE):
            raise OperationError("There are no previous views: nothing was replayed to views yet.")
        await rebuild.positions(live, held=True)
        await rebuild.swap(live, rebuild.BEFORE)


async def apply_missing(at: ViewAddresses, which: Selection, open_progress: OpenProgress, *, dry_run: bool) -> Applied:
    """Apply to the live views those of the selected records that they missed.

    Raises:
        OperationError: a database does not answer, or the service applied some of the records meanwhile.
        OtherProjections: another version of the program made the views: they can only be rebuilt all together.
    """
    applied = Applied()
    with archive_errors(), open_progress() as progress:
        async with (
            connections.reading("audit", at.archive, at.directory) as archive,
            connections.owning(at.views, LIVE) as live,
        ):
            await projection_version.check(live)
            selection.check(which, await selection.partitions(archive))
            size = await selection.size(archive)
            progress.begin("applying", await selection.count(archive, which, size))
            transaction = live.transaction()
            await transaction.start()
            try:
                async for page in selection.pages(archive, which, size):
                    rows = [row for row in page.records if row["topic"] in SERVICE.topics_in]
                    applied += await rebuild.apply(live, [high_water_mark.consumed(row) for row in rows])
                    progress(page.scanned)
            except asyncpg.UniqueViolationError as error:
                raise OperationError("The service applied some of them meanwhile: run this again.") from error
            await (transaction.rollback() if dry_run else transaction.commit())
    return applied
