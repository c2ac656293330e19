"""`forcegen producers`: the register of who may send commands, checked, compared, signed; and what a key has led to."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.connect.endpoints import USUAL, Database, Directory
from cli.lazy import at_first_use
from cli.output.options import Json, JsonLines, print_json
from cli.output.tables import Only, column, number, table

with at_first_use():
    from contracts import registry
    from operations import producers

File = Annotated[Path, typer.Argument(metavar="FILE", help="The register, signed or not.")]
Operators = Annotated[
    str | None,
    typer.Option(
        "--operators",
        envvar="FORCEGEN_PRODUCERS_OPERATORS",
        help="The operators' keys, comma separated; without them no signature is checked.",
    ),
]
Before = Annotated[Path, typer.Argument(metavar="BEFORE", help="The register that is in force.")]
After = Annotated[Path, typer.Argument(metavar="AFTER", help="The one that is to take its place.")]
OwnKey = Annotated[Path, typer.Option("--key", help="The file with your operator's key.")]
Name = Annotated[str, typer.Option("--name", help="Whose key it is, e.g. an office: it stands in every signature.")]
KeyFile = Annotated[Path, typer.Argument(metavar="FILE", help="Where the key goes; the file must not be there.")]
KeyId = Annotated[str, typer.Argument(metavar="KEY", help="The key's id, as `authkey` has it in events.")]
Service = Annotated[str | None, typer.Option("--service", help="One service, e.g. approvals; without it, all.")]


def check(file: File, operators: Operators = None, *, as_json: Json = False) -> None:
    """Check every line of a register, and that two operators signed it.

    \b
    Examples:
      forcegen producers check producers.txt
      forcegen producers check producers.txt --operators "$FORCEGEN_PRODUCERS_OPERATORS"
    \b
    Exit codes: 0 it may be used; 1 a line is wrong, and is named, or it is not signed.
    """
    register = producers.read_register(file, operators)
    if as_json:
        print_json(
            {
                **{"version": register.version, "producers": sorted(register.producers), "sha256": register.sha256},
                "signed_by_two_operators": True if operators else None,
            }
        )
        return
    signed = "signed by two operators" if operators else "its signatures were not checked: give --operators"
    typer.echo(f"version {register.version}, {len(register.producers)} producers, sha256 {register.sha256}; {signed}")


def show(file: File, operators: Operators = None, *, as_json: Json = False) -> None:
    """Print who may send what, one value a line, without the comments.

    \b
    Example:
      forcegen producers show producers.txt
    \b
    Exit codes: 0 printed; 1 a line is wrong, and is named, or it is not signed.
    """
    register = producers.read_register(file, operators)
    if as_json:
        lines = {name: producers.lines_of(one) for name, one in register.producers.items()}
        keys = {name: {key.public.id: key.public.text for key in one.keys} for name, one in register.producers.items()}
        print_json({"version": register.version, "sha256": register.sha256, "producers": lines, "keys": keys})
        return
    typer.echo(f"version {register.version}\nsha256 {register.sha256}")
    for producer in register.producers.values():
        typer.echo("\n" + "\n".join(producers.lines_of(producer)))
        for key in producer.keys:
            typer.echo(f"# {key.public.id} is the id of {key.public.text}")


def diff(before: Before, after: After, *, as_json: Json = False) -> None:
    """Show what changes from one register to another, by producer. Read it before you sign.

    \b
    Example:
      forcegen producers diff producers-in-force.txt producers.txt
    \b
    Exit codes: 0 shown; 1 a line is wrong, or the later register may not take the place of the earlier one.
    """
    registers = [producers.read_register(one, None) for one in (before, after)]
    changes = producers.changes(*registers)
    if as_json:
        changed = {name: {"gone": list(gone), "new": list(come)} for name, (gone, come) in changes.items()}
        print_json({"from": registers[0].version, "to": registers[1].version, "producers": changed})
        return
    typer.echo(f"version {registers[0].version} -> {registers[1].version}")
    for name, (gone, come) in changes.items():
        typer.echo(f"\n  producer {name}")
        for line in gone:
            typer.echo(f"- {line}")
        for line in come:
            typer.echo(f"+ {line}")
    if not changes:
        typer.echo("No producer changes.")


def sign(file: File, key: OwnKey) -> None:
    """Sign a register with your operator's key. Two operators sign each version, one after the other.

    \b
    Example:
      forcegen producers sign producers.txt --key ~/operator.key
    \b
    Exit codes: 0 signed; 1 a line is wrong, and is named, or the key cannot be used.
    """
    typer.echo(f"{file} is signed by {producers.sign_register(file, key)}")


def operator_key(file: KeyFile, name: Name) -> None:
    """Make an operator's key, and print its public half for FORCEGEN_PRODUCERS_OPERATORS.

    \b
    Example:
      forcegen producers operator-key ~/operator.key --name first-operator
    \b
    Exit codes: 0 made; 1 the file is there already, or cannot be made; 2 no key can have this name.
    """
    typer.echo(producers.new_operator_key(name, file))


def affected(
    key: KeyId,
    service: Service = None,
    database: Database = None,
    directory: Directory = USUAL,
    *,
    columns: Only = None,
    as_json: JsonLines = False,
) -> None:
    """Show every event that commands signed with a key have led to, e.g. after it was stolen.

    What policies did in consequence is not among them: follow each event with `forcegen audit trace`.

    \b
    Examples:
      forcegen producers affected 3b6a27bcceb6a42d62a3a8d02a6f0d73
      forcegen producers affected 3b6a27bcceb6a42d62a3a8d02a6f0d73 --service approvals --json
    \b
    Exit codes: 0 shown, also when there is none; 1 a database does not answer; 2 the service is unknown.
    """
    events = asyncio.run(_affected(key, [service] if service else list(registry.SERVICES), database, directory))
    if as_json:
        for event in events:
            print_json(_fields(event))
        return
    shown = table(
        *("service", number("position"), "stream", "type", "recorded", "command"),
        column("place", "topic/partition/offset"),
    )
    for event in events:
        shown.row(*_fields(event).values())
    if events or columns:
        shown.show(columns)
    else:
        typer.echo("No event was led to by a command that this key signed.")


async def _affected(key: str, services: list[str], database: str | None, directory: Path) -> "list[producers.Affected]":
    return [event async for event in producers.affected_by(key, services, database, directory)]


def _fields(event: "producers.Affected") -> dict[str, str | int | None]:
    return {
        "service": event.service,
        "position": event.position,
        "stream": event.stream,
        "type": event.type,
        "recorded": event.recorded.isoformat(),
        "command": event.command,
        "place": event.place,
    }


commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Who may send commands, and what each may.")
for _command in (check, show, diff, sign, affected):
    commands.command()(_command)
commands.command("operator-key")(operator_key)
