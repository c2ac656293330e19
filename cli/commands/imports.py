"""`forcegen import`: files of others become commands, one command for each form of file."""

import typer

from cli.strength_returns.command import strength_returns

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Read files of others into the books.")
commands.command("strength-returns")(strength_returns)
commands.callback()(lambda: None)
