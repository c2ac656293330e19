"""The one command of the house, `forcegen`: a file a command, and no rule of the field in any of them."""

from typing import Any, Final

import typer
from typer.core import TyperGroup

from cli.complaint import FAILED, Complaint
from cli.dead_letters import dead_letters
from cli.down import down
from cli.lag import lag
from cli.report import report
from cli.send import send
from cli.status import status
from cli.up import up
from deploy.local.errors import StackError


class Commands(TyperGroup):
    """Every command, with its faults told in one line and no traceback."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        try:
            return super().invoke(ctx)
        except Complaint as complaint:
            typer.echo(f"forcegen: {complaint}", err=True)
            raise typer.Exit(complaint.exit_code) from complaint
        except StackError as error:
            typer.echo(f"forcegen: {error}", err=True)
            raise typer.Exit(FAILED) from error


HELP: Final = "The books of a State's contribution to UN peacekeeping, from a terminal."
app = typer.Typer(
    cls=Commands, help=HELP, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
for command in (up, down, status, send, report, lag):
    app.command()(command)
app.command("dead-letters")(dead_letters)


def main() -> None:
    """The console script."""
    app()
