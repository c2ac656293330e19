"""`forcegen producers`: the register of who may send commands, checked, compared, signed; and what a key has led to."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from cli.connect.endpoints import USUAL, Database, Directory
from cli.output.terminal import number, results, row, table
from contracts.registry import SERVICES
from operations import producers
from operations.producers import Affected, Register

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
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def check(file: File, operators: Operators = None) -> None:
    """Check every line of a register, and that two operators signed it.

    \b
    Exit codes: 0 it may be used; 1 a line is wrong, and is named, or it is not signed.
    """
    register = producers.read_register(file, operators)
    signed = "signed by two operators" if operators else "its signatures were not checked: give --operators"
    typer.echo(f"version {register.version}, {len(register.producers)} producers, sha256 {register.sha256}; {signed}")


def show(file: File, operators: Operators = None) -> None:
    """Print who may send what, one value a line, without the comments.

    \b
    Exit codes: 0 printed; 1 a line is wrong, and is named, or it is not signed.
    """
    register = producers.read_register(file, operators)
    typer.echo(f"version {register.version}\nsha256 {register.sha256}")
    for producer in register.producers.values():
        typer.echo("\n" + "\n".join(producers.lines_of(producer)))
        for key in producer.keys:
            typer.echo(f"# {key.public.id} is the id of {key.public.text}")


def diff(before: Before, after: After) -> None:
    """Show what changes from one register to another, by producer. Read it before you sign.

    \b
    Exit codes: 0 shown; 1 a line is wrong, or the later register may not take the place of the earlier one.
    """
    registers: list[Register] = [producers.read_register(one, None) for one in (before, after)]
    changes = producers.changes(*registers)
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
    Exit codes: 0 made; 1 the file is there already, or cannot be made; 2 no key can have this name.
    """
    typer.echo(producers.new_operator_key(name, file))


def affected(
    key: KeyId,
    service: Service = None,
    database: Database = None,
    directory: Directory = USUAL,
    *,
    as_json: Json = False,
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
    events = asyncio.run(_affected(key, [service] if service else list(SERVICES), database, directory))
    if as_json:
        for event in events:
            typer.echo(json.dumps(_fields(event), ensure_ascii=False))
        return
    shown = table("service", number("position"), "stream", "type", "recorded", "command", "topic/partition/offset")
    for event in events:
        row(shown, tuple(_fields(event).values()))
    results().print(shown if events else "No event was led to by a command that this key signed.")


async def _affected(key: str, services: list[str], database: str | None, directory: Path) -> list[Affected]:
    return [event async for event in producers.affected_by(key, services, database, directory)]


def _fields(event: Affected) -> dict[str, str | int | None]:
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
