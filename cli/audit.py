"""`forcegen audit`: take the archive's log away, check it, and change the key that signs it."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from cli.addresses import USUAL, Directory, house
from cli.complaint import FAILED, Complaint
from cli.reconcile import reconcile
from cli.replay import replay
from cli.terminal import news
from cli.trace import trace
from services.audit import keys, layout, verifier
from services.audit.chain import Chain, watched
from services.audit.export import export as written
from services.audit.note import Malformed, Signer
from services.audit.settings import AuditSettings
from services.audit.verifier import Read, Report

Place = Annotated[
    str | None,
    typer.Option("--from", help="An export, a room's address, or its database (postgresql://…); else what is up here."),
]
Key = Annotated[str, typer.Option("--key", envvar="FORCEGEN_AUDIT_VERIFIER", help="The log's key, as you noted it.")]
Since = Annotated[Path | None, typer.Option("--since", help="A file with the checkpoint that you kept.")]
Bundle = Annotated[Path | None, typer.Option("--bundle", help="A file with the proof of one record.")]
Target = Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go; what is there grows.")]
TOLD_EVERY_S = 1.0


def verify(
    key: Key, place: Place = None, since: Since = None, bundle: Bundle = None, directory: Directory = USUAL
) -> None:
    """Hash every record again, check every signature, and that nothing is missing between the records.

    \b
    Examples:
      forcegen audit verify --key KEY --since checkpoint-2026-11-24
      forcegen audit verify --key KEY --bundle record.json
    \b
    Exit codes: 0 all of it holds; 1 something is wrong, and is named.
    """
    kept = since.read_text(encoding="utf-8") if since else ""
    if bundle:
        report = verifier.verify_bundle(json.loads(bundle.read_bytes()), key, kept)
    else:
        with reading(place, directory) as read:
            report = _all(read, key, kept)
    for finding in report.findings:
        typer.echo(finding)
    rate = report.records / report.seconds if report.seconds else 0.0
    told = f"{len(report.findings)} wrong" if report.findings else "all of it holds"
    typer.echo(f"{report.records:,} records, {rate:,.0f} a second: {told}.\n{report.note}", nl=False)
    if report.findings:
        raise typer.Exit(FAILED)


def _all(read: Read, key: str, kept: str) -> Report:
    between, last = Report(), 0.0

    def tell(records: int, seconds: float) -> None:
        nonlocal last
        if (now := time.monotonic()) - last > TOLD_EVERY_S:
            news().print(f"{records:,} records, {records / max(seconds, 0.001):,.0f} a second")
            last = now

    chain = Chain(between)
    report = verifier.verify(watched(read, chain), key, kept, tell)
    chain.end()
    report.findings += between.findings
    return report


def export(target: Target, place: Place = None, directory: Directory = USUAL) -> None:
    """Write the log as static files: tiles, records, and every checkpoint that was signed.

    \b
    Exit codes: 0 written; 1 the log cannot be read.
    """
    with reading(place, directory) as read:
        newest = written(read, target)
    typer.echo(f"{newest.size:,} records of {newest.origin} in {target}")


def key() -> None:
    """Print the public key that auditors note; made now if there is none. Run it beside the room."""
    typer.echo(str(_of_room().verifier))


def rotate() -> None:
    """Put a new key in place of the old, which signs for it. Run it beside the room, then restart the room."""
    _of_room()
    typer.echo(keys.rotate(AuditSettings()), nl=False)


def _of_room() -> Signer:
    try:
        return keys.signer(AuditSettings())
    except (keys.Unsafe, Malformed) as fault:
        raise Complaint(str(fault)) from fault


@contextmanager
def reading(place: str | None, directory: Path) -> Iterator[Read]:
    place = place or house(directory).urls["audit"]
    try:
        if not place.startswith("postgresql://"):
            yield verifier.reader(place)
            return
        with asyncio.Runner() as runner:
            connection = runner.run(asyncpg.connect(place))
            yield lambda path: runner.run(layout.read(connection, path))
            runner.run(connection.close())
    except (OSError, LookupError, asyncpg.PostgresError) as fault:
        raise Complaint(f"The log cannot be read: {fault}") from fault


commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Check the archive, and take it away.")
for command in (verify, export, key, rotate, replay, reconcile, trace):
    commands.command()(command)
