"""Verifies the audit log, or exports it as files; the log may be an export, a running service or its database."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from kernel.identity.signed_note import Malformed
from operations.errors import OperationError
from operations.progress import ReportRate
from services.audit.archive import static_files
from services.audit.archive.export import export
from services.audit.verify import continuity, verifier
from services.audit.verify.verifier import ReadPath, Verification

__all__ = ["LogCheck", "ReadPath", "checkpoint_in", "export_log", "open_log", "verify_bundle", "verify_log"]


@dataclass(frozen=True, slots=True)
class LogCheck:
    """The report of a verifier, safe to print, and whether everything holds."""

    text: str
    holds: bool


@contextmanager
def open_log(place: str, token: str | None = None) -> Iterator[ReadPath]:
    """The log at a directory, an address, or `postgresql://…`, as a function from a path to its content.

    Raises:
        OperationError: it cannot be read.
    """
    try:
        if not place.startswith(("postgresql://", "postgres://")):
            yield verifier.reader(place, token)
            return
        with asyncio.Runner() as runner:
            connection = runner.run(asyncpg.connect(place))
            yield lambda path: runner.run(static_files.read(connection, path))
            runner.run(connection.close())
    except (OSError, LookupError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise OperationError(f"The log cannot be read: {error}") from error


def checkpoint_in(file: Path) -> str:
    """The checkpoint in a file.

    Raises:
        OperationError: it holds none.
    """
    with _wrong_as_error():
        return verifier.kept_note(file)


def verify_log(read: ReadPath, key: str, since: str | None, report_rate: ReportRate) -> LogCheck:
    """Verify every record, hash and signature, that no record is missing, and that the log continues `since`."""
    between = Verification()
    chain = continuity.ContinuityChecker(between)
    with _wrong_as_error():
        report = verifier.verify(continuity.watched(read, chain), key, since, report_rate)
        chain.end()
    report.findings += between.findings
    return _log_check(report)


def verify_bundle(bundle: Path, key: str, since: str | None) -> LogCheck:
    """Verify the proof of one record, offline.

    Raises:
        OperationError: the file does not hold a proof.
    """
    with _wrong_as_error():
        return _log_check(verifier.verify_bundle(verifier.kept_bundle(bundle), key, since))


def export_log(read: ReadPath, target: Path) -> tuple[int, str]:
    """Write the log as static files; returns the number of its records, and its name.

    Raises:
        OperationError: the log does not have the expected form.
    """
    try:
        newest = export(read, target)
    except (Malformed, *verifier.MALFORMED) as error:
        raise OperationError(f"The log has another form than it should: {verifier.escaped(str(error))}.") from error
    return newest.size, newest.origin


@contextmanager
def _wrong_as_error() -> Iterator[None]:
    try:
        yield
    except verifier.NotVerified as error:
        raise OperationError(str(error)) from error


def _log_check(report: Verification) -> LogCheck:
    return LogCheck(verifier.summary(report), not report.findings)
