"""`forcegen tokens`: static tokens, with which people and programs use the services over HTTP."""

from typing import Annotated

import typer

from cli.lazy import at_first_use
from cli.output.terminal import notices

with at_first_use():
    from operations import tokens

Name = Annotated[str, typer.Argument(help="Who shall use the token; it stands beside what its bearer does.")]
Roles = Annotated[
    list[str], typer.Option("--role", help="producer, reader, auditor or operator; may be repeated.", metavar="ROLE")
]
Contributors = Annotated[
    list[str],
    typer.Option("--contributor", help="A State, as KAZ; may be repeated. * stands for every State.", metavar="STATE"),
]
Expires = Annotated[
    str | None,
    typer.Option("--expires", help="The first day (UTC) on which the token is refused.", metavar="YYYY-MM-DD"),
]


def new(name: Name, role: Roles, contributor: Contributors, expires: Expires = None) -> None:
    """Make a token: it is shown this once. Its line goes into the file that FORCEGEN_TOKENS_FILE names.

    \b
    Examples:
      forcegen tokens new ministry --role reader --contributor KAZ --expires 2027-01-01 >> tokens
      forcegen tokens new court-of-auditors --role auditor --contributor '*' >> tokens
    \b
    Exit codes: 0 made; 2 the name, a role, a State or the day is none.
    """
    token, line = tokens.new_token(name, role, contributor, expires)
    notices().print(f"The token, for {name} alone: {token}", soft_wrap=True)
    notices().print("Add this line to the file that FORCEGEN_TOKENS_FILE names; services read it again by themselves:")
    typer.echo(line)


commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Tokens for the services' HTTP routes.")
commands.command()(new)
commands.callback()(lambda: None)
