"""`forcegen audit`: take the archive's log away, check it, and change the key that signs it."""

import asyncio
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import typer

from cli.commands.reconcile import reconcile
from cli.commands.replay import replay
from cli.commands.trace import Token, trace
from cli.connect.databases import Database
from cli.connect.endpoints import USUAL, Directory, house
from cli.output.errors import FAILED, Complaint
from cli.output.terminal import news
from services.audit.archive import static_files
from services.audit.archive.export import export as written
from services.audit.http import access
from services.audit.settings import AuditSettings
from services.audit.tlog import keys
from services.audit.tlog.signed_note import Malformed
from services.audit.verify import verifier
from services.audit.verify.continuity import ContinuityChecker, watched
from services.audit.verify.verifier import ReadPath, Verification

Place = Annotated[
    str | None,
    typer.Option("--from", help="An export, a room's address, or its database (postgresql://…); else what is up here."),
]
Key = Annotated[str, typer.Option("--key", envvar="FORCEGEN_AUDIT_VERIFIER", help="The log's key, as you noted it.")]
Since = Annotated[Path | None, typer.Option("--since", help="A file with the checkpoint that you kept.")]
Bundle = Annotated[Path | None, typer.Option("--bundle", help="A file with the proof of one record.")]
Name = Annotated[str, typer.Argument(help="Who reads; it stands beside each of their readings.")]
Target = Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go; what is there grows.")]
Clear = Annotated[int | None, typer.Option("--clear", min=1, metavar="NR", help="The alarm that is to be over.")]
By = Annotated[str | None, typer.Option("--by", help="Who clears it.")]
Because = Annotated[str | None, typer.Option("--because", help="What was found, and why signing may go on.")]
TOLD_EVERY_S = 1.0


def verify(
    key: Key,
    place: Place = None,
    since: Since = None,
    bundle: Bundle = None,
    token: Token = None,
    directory: Directory = USUAL,
) -> None:
    """Hash every record again, check every signature, and that nothing is missing between the records.

    \b
    Examples:
      forcegen audit verify --key KEY --since checkpoint-2026-11-24
      forcegen audit verify --key KEY --bundle record.json
    \b
    Exit codes: 0 all of it holds; 1 something is wrong, or cannot be read, and is named; 2 the command line is wrong.
    """
    if bundle is not None and place is not None:
        raise Complaint("--bundle is checked by itself: leave out --from.", 2)
    try:
        kept = None if since is None else verifier.kept_note(since)
        if bundle is not None:
            report = verifier.verify_bundle(verifier.kept_bundle(bundle), key, kept)
        else:
            with reading(place, directory, token) as read:
                report = _all(read, key, kept)
    except verifier.NotVerified as fault:
        raise Complaint(str(fault)) from fault
    typer.echo(verifier.told(report), nl=False)
    if report.findings:
        raise typer.Exit(FAILED)


def _all(read: ReadPath, key: str, kept: str | None) -> Verification:
    between, last = Verification(), 0.0

    def tell(records: int, seconds: float) -> None:
        nonlocal last
        if (now := time.monotonic()) - last > TOLD_EVERY_S:
            news().print(f"{records:,} records, {records / max(seconds, 0.001):,.0f} a second")
            last = now

    chain = ContinuityChecker(between)
    report = verifier.verify(watched(read, chain), key, kept, tell)
    chain.end()
    report.findings += between.findings
    return report


def export(target: Target, place: Place = None, token: Token = None, directory: Directory = USUAL) -> None:
    """Write the log as static files: tiles, records, and every checkpoint that was signed.

    \b
    Exit codes: 0 written; 1 the log cannot be read.
    """
    with reading(place, directory, token) as read:
        try:
            newest = written(read, target)
        except (Malformed, *verifier.MALFORMED) as fault:
            raise Complaint(f"The log has another form than it should: {verifier.escaped(str(fault))}.") from fault
    typer.echo(f"{newest.size:,} records of {newest.origin} in {target}")


def key(directory: Directory = USUAL) -> None:
    """Print the public key that auditors note. Run it where the audit service runs, which makes the key when it starts.

    \b
    Exit codes: 0 printed; 1 there is no key here, or it cannot be used. Nothing is made.
    """
    with _key_here(directory) as settings:
        typer.echo(str(keys.existing(settings).verifier))


def rotate(directory: Directory = USUAL) -> None:
    """Put a new key in place of the old, which signs for it. Run it where the audit service runs, then restart that.

    \b
    Exit codes: 0 the new key is in place; 1 there is no key here, or it cannot be used. Nothing is made.
    """
    with _key_here(directory) as settings:
        typer.echo(keys.rotate(settings), nl=False)


def alarms(
    directory: Directory = USUAL,
    *,
    database: Database = None,
    clear: Clear = None,
    by: By = None,
    because: Because = None,
) -> None:
    """List the alarms of the log; with --clear, let one of them be over, once you know why it was raised.

    \b
    Examples:
      forcegen audit alarms
      forcegen audit alarms --clear 1 --by a.auditor --because "the witness was run against a test log"
    \b
    Exit codes: 0 none stands (any more); 1 one stands, or the database cannot be read; 2 the command line is wrong.
    """
    alarm_list: Any = import_module("cli.commands.alarms")
    if clear is not None:
        if by is None or because is None:
            raise Complaint("--clear needs --by and --because: they stay on record beside the alarm.", 2)
        alarm_list.clear(clear, by, because, database, directory)
    elif by is not None or because is not None:
        raise Complaint("--by and --because go with --clear.", 2)
    if alarm_list.show(database, directory):
        raise typer.Exit(FAILED)


def token(name: Name) -> None:
    """Make a token for somebody who is to read content: it is shown this once. The line goes into the readers' file.

    \b
    Exit codes: 0 made; 2 this is no name.
    """
    shown = secrets.token_urlsafe(32)
    line = f"{name} {sha256(shown.encode()).hexdigest()}"
    try:
        access.named(line)
    except access.MalformedReadersFile as fault:
        raise Complaint(f"{name!r} is no name: use letters, digits and . _ @ -", 2) from fault
    news().print(f"The token, for {name} alone: {shown}", soft_wrap=True)
    news().print("Add this line to the file that FORCEGEN_AUDIT_READERS_FILE names:")
    typer.echo(line)


@contextmanager
def _key_here(directory: Path) -> Iterator[AuditSettings]:
    """The settings of the audit service: from its environment, else of the one that `forcegen up` runs, else here."""
    settings = AuditSettings()
    there = directory / "rooms" / "audit" / settings.directory  # a service's own place is where it works
    if "directory" not in settings.model_fields_set and (there / "key").exists():
        settings = settings.model_copy(update={"directory": there})
    try:
        yield settings
    except (keys.KeyMissing, keys.KeyExposed, Malformed, OSError, UnicodeDecodeError) as fault:
        raise Complaint(str(fault)) from fault


@contextmanager
def reading(place: str | None, directory: Path, token: str | None = None) -> Iterator[ReadPath]:
    """The log at a place; or of what is up in the directory, where none is given."""
    place = house(directory).urls["audit"] if place is None else place
    try:
        if not place.startswith(("postgresql://", "postgres://")):
            yield verifier.reader(place, token)
            return
        with asyncio.Runner() as runner:
            connection = runner.run(asyncpg.connect(place))
            yield lambda path: runner.run(static_files.read(connection, path))
            runner.run(connection.close())
    except (OSError, LookupError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        raise Complaint(f"The log cannot be read: {fault}") from fault


commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Check the archive, and take it away.")
for command in (verify, export, key, rotate, replay, reconcile, trace, alarms, token):
    commands.command()(command)
