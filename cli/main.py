"""The command line `forcegen`: one file for each command, and no domain rule in any of them.

The commands that run servers on this machine need more packages than the others. If those are not installed, the
commands are still listed, and name what they need.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

from cli.commands import audit, kafka, keys, producers, tokens
from cli.commands.access import access
from cli.commands.dead_letters import dead_letters
from cli.commands.follow import follow
from cli.commands.held import drop_held, held
from cli.commands.lag import lag
from cli.commands.report import report
from cli.commands.send.command import send
from cli.commands.sign import sign
from cli.commands.verify import verify
from cli.commands.verify_event import verify_event
from cli.output.errors import CommandError, exit_code
from cli.strength_returns.command import strength_returns
from deploy.local.errors import StackError
from operations.errors import OperationError

HELP: Final = "The books of a State's contribution to UN peacekeeping, from a terminal."
LOCAL: Final = {
    **{"up": "cli.commands.up", "down": "cli.commands.down", "status": "cli.commands.status"},
    **{"sql": "cli.commands.sql", "demo": "cli.demo.command"},
}
OURS: Final = ("cli", "contracts", "deploy", "kernel", "operations", "services")


class Commands(TyperGroup):
    """The group of commands; it prints an error as one line, without a traceback.

    An empty argument is nearly always a variable that was not set. It is refused: if it counted as an omitted option, a
    check would cover less than the caller meant and report that everything holds.
    """

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # `Any`: private types of the library
        for before, one in zip(["", *args], args, strict=False):
            if one == "" or (one.startswith("--") and one.endswith("=") and one.count("=") == 1):
                named = one or before or "an argument"
                raise CommandError(
                    f"{named.rstrip('=')} is given and empty: leave it out, or set what it is to hold.", 2
                )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> object:  # `Any`: a private type of the library
        try:
            return super().invoke(ctx)
        except (CommandError, OperationError, StackError) as error:
            typer.echo(f"forcegen: {error}", err=True)
            raise typer.Exit(exit_code(error)) from error


def local(name: str, module: str) -> Callable[..., None]:
    """A command that runs servers here, or a stand-in that names the missing package."""
    try:
        command: Callable[..., None] = getattr(import_module(module), name)
    except ModuleNotFoundError as fault:
        if str(fault.name).partition(".")[0] in OURS:
            raise
        missing = fault.name
    else:
        return command

    def absent() -> None:
        """Run the system on this machine (not installed: needs the extra `local`)."""
        raise CommandError(f"`forcegen {name}` needs {missing}: install forcegen[local], or run `make up`.")

    return absent


app = typer.Typer(
    cls=Commands,
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for name, module in LOCAL.items():
    app.command(name)(local(name, module))
for command in (send, report, follow, lag, access, verify):
    app.command()(command)
app.command("dead-letters")(dead_letters)
app.command("held")(held)
app.command("drop-held")(drop_held)
app.command("sign")(sign)
app.command("verify-event")(verify_event)

imports = typer.Typer(
    cls=Commands, no_args_is_help=True, rich_markup_mode=None, help="Read files of others into the books."
)
imports.command("strength-returns")(strength_returns)
imports.callback()(lambda: None)
app.add_typer(imports, name="import")
app.add_typer(audit.commands, name="audit", cls=Commands)
app.add_typer(keys.commands, name="keys", cls=Commands)
app.add_typer(tokens.commands, name="tokens", cls=Commands)
app.add_typer(producers.commands, name="producers", cls=Commands)
app.add_typer(kafka.commands, name="kafka", cls=Commands)


def main() -> None:
    """The console script."""
    app()
