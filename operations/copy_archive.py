"""Copies archived records to a file, a line each: compares existing lines, and appends missing ones."""

from dataclasses import dataclass
from pathlib import Path

from operations import connections
from operations.archive_selection import Selection, archive_errors
from operations.errors import OperationError
from operations.progress import OpenProgress, RecordProgress
from services.audit.archive import partition_reader, selection, static_files
from services.audit.refill import to_file
from services.audit.refill.to_file import ResumableCopy


@dataclass(frozen=True, slots=True)
class CopiedRecords:
    """How many lines the file had, how many it lacked, and how many records no filter could read."""

    there: int
    missing: int
    unreadable: int


async def copy_to_file(
    which: Selection,
    file: Path,
    database: str | None,
    directory: Path,
    open_progress: OpenProgress,
    *,
    dry_run: bool,
) -> CopiedRecords:
    """Write the records in the order of their leaves; the next run continues where an interrupted one stopped.

    Raises:
        OperationError: the file holds other content, or cannot be written; the archive cannot be read.
    """
    try:
        with archive_errors(), to_file.copy(file, dry_run=dry_run) as copy, open_progress() as progress:
            unreadable = await _copy(which, copy, database, directory, progress)
    except to_file.FileDiffers as error:
        raise OperationError(str(error)) from error
    except OSError as error:
        raise OperationError(f"{file} cannot be written: {error.strerror or error}.") from error
    return CopiedRecords(copy.there, copy.missing, unreadable)


async def _copy(
    which: Selection, copy: ResumableCopy, database: str | None, directory: Path, progress: RecordProgress
) -> int:
    """Copy the records; returns how many the filters could not read."""
    unreadable = 0
    async with connections.reading("audit", database, directory) as archive:
        stored = await partition_reader.stored_offsets(archive, "audit")
        selection.check(which, {*await selection.partitions(archive), *stored})
        size = await selection.size(archive)
        progress.begin("replay", await selection.count(archive, which, size))
        async for page in selection.pages(archive, which, size):
            for row in page.records:
                copy.take(static_files.line(row))
            unreadable += page.unreadable
            progress(page.scanned)
    copy.finish()
    return unreadable
