"""The command line `forcegen`: one file for each command, and no domain rule in any of them.

A command's module is imported when the command is called, so that each is as fast as it can be by itself, and the list
of commands needs none of them. The commands that run servers on this machine need more packages than the others: they
are listed without these too, and name what they need.
"""

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Annotated, Any, Final, TypeAlias

import typer
from typer.core import TyperGroup
from typer.main import get_group

from cli.lazy import OURS
from cli.output.errors import CommandError, exit_code
from deploy.local.errors import StackError
from operations.errors import OperationError

PROGRAM: Final = "forcegen"
HELP: Final = "The books of a State's contribution to UN peacekeeping, from a terminal."
COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "up": ("cli.commands.up:up", "Start Kafka, Postgres and every service on this machine; what runs already stays."),
    "down": ("cli.commands.down:down", "Stop every service, then Kafka and Postgres."),
    "status": (
        "cli.commands.status:status",
        "Show servers and services: running, process id, port, ready, records that wait, restarts.",
    ),
    "env": (
        "cli.commands.env:env",
        "Print the addresses and files of the running local system, for `eval` in a shell or for a script.",
    ),
    "sql": ("cli.commands.sql:sql", "Print the address of Postgres for the role `analyst`."),
    "demo": (
        "cli.demo.command:demo",
        "Send Kazakhstan's years in UN peacekeeping, 2013-2024, to a system of its own, and show its reports.",
    ),
    "send": (
        "cli.commands.send.command:send",
        "Send commands through Kafka, each to its service, and show what was answered.",
    ),
    "report": ("cli.commands.report:report", "Show a report on a day."),
    "compare": (
        "cli.commands.compare:compare",
        "Compare a report on two days, or as known at two instants: what differs, and by which events.",
    ),
    "follow": ("cli.commands.follow:follow", "Print what changes in the views until it is stopped (Ctrl-C)."),
    "lag": (
        "cli.commands.lag:lag",
        "Show the records that wait, by service: the broker's end offset minus what the service has stored.",
    ),
    "access": (
        "cli.commands.access:access",
        "Show static tokens, identity providers and registered producers, with their last use.",
    ),
    "verify": (
        "cli.commands.verify:verify",
        "Make a report again from the archive, and compare it with its receipt to the byte.",
    ),
    "dead-letters": (
        "cli.commands.dead_letters:dead_letters",
        "Show the records that could not be read, with the reason, the origin and the remedy.",
    ),
    "held": (
        "cli.commands.held:held",
        "Show the events that are newer than the service that should react to them, and those that wait behind them.",
    ),
    "drop-held": (
        "cli.commands.held:drop_held",
        "Give up one event that is held: it becomes a dead letter with the reason, and the events behind it go on.",
    ),
    "sign": (
        "cli.commands.sign:sign",
        "Sign commands and print them, one a line, for `forcegen send` on another machine.",
    ),
    "verify-event": (
        "cli.commands.verify_event:verify_event",
        "Verify the signature of one event, offline, and show which attributes and bytes it covers.",
    ),
    "import": ("cli.commands.imports:commands", "Read files of others into the books."),
    "audit": ("cli.commands.audit:commands", "Check the archive, and export it."),
    "keys": (
        "cli.commands.keys:commands",
        "Make and show the keys that sign events, and write the library that signs.",
    ),
    "tokens": ("cli.commands.tokens:commands", "Tokens for the services' HTTP routes."),
    "producers": ("cli.commands.producers:commands", "Who may send commands, and what each may."),
    "kafka": ("cli.commands.kafka:commands", "Kafka's users and rights, for its administrator."),
}
"""By name: its function, or its own commands, as `module:attribute`; and the first sentence of its help."""
_NOT_OF_A_CHOICE: Final = re.compile(r"'(?P<given>[^']*)' is not one of (?P<choices>.*)")
Private: TypeAlias = Any  # `Any`: the library keeps the types of a context and of a found command to itself


class Commands(TyperGroup):
    """The group of commands; it prints an error as one line, without a traceback.

    An empty argument is nearly always a variable that was not set. It is refused: if it counted as an omitted option, a
    check would cover less than the caller meant and report that everything holds.
    """

    def resolve_command(self, ctx: Private, args: list[str]) -> Private:
        for before, one in zip(["", *args], args, strict=False):
            if one == "" or (one.startswith("--") and one.endswith("=") and one.count("=") == 1):
                named = one or before or "an argument"
                raise CommandError(
                    f"{named.rstrip('=')} is given and empty: leave it out, or set what it is to hold.", 2
                )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Private) -> object:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as fault:
            name = ctx.command_path.partition(" ")[2] or ctx.invoked_subcommand or ""
            error = needs(name, fault)
            typer.echo(f"forcegen: {error}", err=True)
            raise typer.Exit(error.exit_code) from fault
        except typer.BadParameter as error:
            error.message = _suggesting(error.message)
            raise
        except (CommandError, OperationError, StackError) as error:
            typer.echo(f"forcegen: {error}", err=True)
            raise typer.Exit(exit_code(error)) from error


def _suggesting(message: str) -> str:
    """The message about a value that is none of a choice, with the nearest one behind it if there is one."""
    if not (matched := _NOT_OF_A_CHOICE.search(message)):
        return message
    from kernel.nearest import nearest  # noqa: PLC0415  (only a wrong command line needs it)

    name = nearest(matched["given"], re.findall(r"'([^']*)'", matched["choices"]))
    return f"{message} Did you mean '{name}'?" if name else message


class Listed(Commands):
    """The commands as the table lists them; the one that is called is imported then."""

    def format_commands(self, ctx: Private, formatter: Private) -> None:
        """The sentence of each command in full: the library's own list ends each where its line does."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])

    def resolve_command(self, ctx: Private, args: list[str]) -> Private:
        name, _, rest = super().resolve_command(ctx, args)
        return name, imported(name, COMMANDS[name][0]).commands[name], rest


def imported(name: str, place: str) -> TyperGroup:
    """A group with one command, from `module:attribute`.

    Raises:
        CommandError: a package that it needs is not installed.
    """
    module, _, attribute = place.partition(":")
    try:
        command: typer.Typer | Callable[..., None] = getattr(import_module(module), attribute)
    except ModuleNotFoundError as fault:
        raise needs(name, fault) from fault
    group = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    if isinstance(command, typer.Typer):
        group.add_typer(command, name=name, cls=Commands)
    else:
        group.command(name)(command)
    return get_group(group)


def needs(name: str, fault: ModuleNotFoundError) -> CommandError:
    """The error of a command that needs a package which is not installed; a fault of our own is raised as it is."""
    if str(fault.name).partition(".")[0] in OURS:
        raise fault
    return CommandError(f"`forcegen {name}` needs {fault.name}: install forcegen[local], or run `make up`.")


app = typer.Typer(
    cls=Listed,
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  (slow, and nothing else needs it)

        typer.echo(f"forcegen {version('forcegen')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version, and end.")
]


@app.callback()
def _forcegen(*, version: Version = False) -> None:
    """Options of the program itself."""


for name, (_, sentence) in COMMANDS.items():
    app.command(name, help=sentence)(lambda: None)


def main() -> None:
    """The console script."""
    if os.environ.get("_FORCEGEN_COMPLETE") == "complete_bash":
        from cli import complete  # noqa: PLC0415  (only a shell that asks needs it)

        complete.for_bash(partial(app, prog_name=PROGRAM), os.environ)
    else:
        app(prog_name=PROGRAM)
