"""`forcegen audit`: export the archive's log, verify it, hand out the verifier, and rotate the key that signs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cli.commands.reconcile import reconcile
from cli.commands.replay import replay
from cli.commands.trace import Token, trace
from cli.connect.endpoints import USUAL, Database, Directory, running_system
from cli.connect.tokens import token_for
from cli.lazy import at_first_use
from cli.output.errors import FAILED, CommandError
from cli.output.options import Json, JsonLines, print_json
from cli.output.tables import Only

with at_first_use():
    from cli.commands import alarm_list
    from cli.output import progress
    from operations import audit_log, signing_keys, verifier_file

Place = Annotated[
    str | None,
    typer.Option("--from", help="An export, a service's address, its database (postgresql://…); else what is up here."),
]
Key = Annotated[str, typer.Option("--key", envvar="FORCEGEN_AUDIT_VERIFIER", help="The log's key, as you noted it.")]
Since = Annotated[Path | None, typer.Option("--since", help="A file with the checkpoint that you kept.")]
Bundle = Annotated[Path | None, typer.Option("--bundle", help="A file with the proof of one record.")]
Name = Annotated[str, typer.Argument(help="Who reads; it stands beside each of their readings.")]
Target = Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go; what is there grows.")]
VerifierFile = Annotated[Path, typer.Argument(metavar="FILE", help="Where it goes; what is there is replaced.")]
Clear = Annotated[int | None, typer.Option("--clear", min=1, metavar="NR", help="The alarm to clear.")]
By = Annotated[str | None, typer.Option("--by", help="Who clears it.")]
Because = Annotated[str | None, typer.Option("--because", help="What was found, and why signing may go on.")]


def verify(
    key: Key,
    place: Place = None,
    since: Since = None,
    bundle: Bundle = None,
    token: Token = None,
    directory: Directory = USUAL,
    *,
    as_json: Json = False,
) -> None:
    """Hash every record again, check every signature, and that nothing is missing between the records.

    \b
    Examples:
      forcegen audit verify --key KEY --since checkpoint-2026-11-24
      forcegen audit verify --key KEY --bundle record.json
      forcegen audit verify --key KEY --json | jq .holds
    \b
    Exit codes: 0 all of it holds; 1 something is wrong, or cannot be read, and is named; 2 the command line is wrong.
    """
    if bundle is not None and place is not None:
        raise CommandError("--bundle is checked by itself: leave out --from.", 2)
    since_note = None if since is None else audit_log.checkpoint_in(since)
    if bundle is not None:
        verification = audit_log.verify_bundle(bundle, key, since_note)
    else:
        with reading(place, directory, token) as read:
            verification = audit_log.verify_log(read, key, since_note, progress.record_rate())
    if as_json:
        print_json({"holds": verification.holds, "report": verification.text.splitlines()})
    else:
        typer.echo(verification.text, nl=False)
    if not verification.holds:
        raise typer.Exit(FAILED)


def export(
    target: Target, place: Place = None, token: Token = None, directory: Directory = USUAL, *, as_json: Json = False
) -> None:
    """Write the log as static files: tiles, records, and every checkpoint that was signed.

    \b
    Examples:
      forcegen audit export log
      forcegen audit export log --from https://archive.example --token TOKEN
    \b
    Exit codes: 0 written; 1 the log cannot be read.
    """
    with reading(place, directory, token) as read:
        size, origin = audit_log.export_log(read, target)
    if as_json:
        print_json({"records": size, "origin": origin, "directory": str(target)})
    else:
        typer.echo(f"{size:,} records of {origin} in {target}")


def verifier(target: VerifierFile, *, as_json: Json = False) -> None:
    """Write the verifier as one file for an auditor, who runs it with Python and `cryptography` and nothing of ours.

    The same version of the system writes the same bytes everywhere: compare the checksum that it prints.

    \b
    Examples:
      forcegen audit verifier verifier.pyz
      python verifier.pyz --key KEY --since checkpoint-2026-11-24 log
    \b
    Exit codes: 0 written; 1 the file cannot be written.
    """
    checksum = verifier_file.write_verifier(target)
    if as_json:
        print_json({"sha256": checksum, "file": str(target)})
    else:
        typer.echo(f"{checksum}  {target}")


def key(directory: Directory = USUAL, *, as_json: Json = False) -> None:
    """Print the public key that auditors note. Run it where the audit service runs, which makes the key when it starts.

    \b
    Examples:
      forcegen audit key
      KEY=$(forcegen audit key)
    \b
    Exit codes: 0 printed; 1 there is no key here, or it cannot be used. Nothing is made.
    """
    public = signing_keys.public_key(directory)
    if as_json:
        print_json({"key": public})
    else:
        typer.echo(public)


def rotate(directory: Directory = USUAL) -> None:
    """Put a new key in place of the old, which signs for it. Run it where the audit service runs, then restart that.

    It prints the hand-over, signed by the old key, which is published beside the new one.

    \b
    Example:
      forcegen audit rotate > handover-2026-11-24
    \b
    Exit codes: 0 the new key is in place; 1 there is no key here, or it cannot be used. Nothing is made.
    """
    typer.echo(signing_keys.rotate(directory), nl=False)


def alarms(
    directory: Directory = USUAL,
    *,
    database: Database = None,
    clear: Clear = None,
    by: By = None,
    because: Because = None,
    columns: Only = None,
    as_json: JsonLines = False,
) -> None:
    """List the alarms of the log; with --clear, clear one of them, once you know why it was raised.

    \b
    Examples:
      forcegen audit alarms
      forcegen audit alarms --json | jq 'select(.cleared == null)'
      forcegen audit alarms --clear 1 --by a.auditor --because "the witness was run against a test log"
    \b
    Exit codes: 0 none stands (any more); 1 one stands, or the database cannot be read; 2 the command line is wrong.
    """
    if clear is not None:
        if by is None or because is None:
            raise CommandError("--clear needs --by and --because: they stay on record beside the alarm.", 2)
        alarm_list.clear_alarm(clear, by, because, database, directory)
    elif by is not None or because is not None:
        raise CommandError("--by and --because go with --clear.", 2)
    if alarm_list.show_alarms(database, directory, columns, as_json=as_json):
        raise typer.Exit(FAILED)


@contextmanager
def reading(place: str | None, directory: Path, token: str | None = None) -> "Iterator[audit_log.ReadPath]":
    """The log at a place; by default that of the system that runs from the directory."""
    place = running_system(directory).urls["audit"] if place is None else place
    with audit_log.open_log(place, token or token_for(place)) as read:
        yield read


commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Check the archive, and export it.")
for command in (verify, verifier, export, key, rotate, replay, reconcile, trace, alarms):
    commands.command()(command)
