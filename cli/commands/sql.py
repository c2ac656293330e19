"""`forcegen sql`: the database address of the reports for a SQL tool, with the password of their reading role."""

import typer

from cli.connect.endpoints import USUAL, Directory
from cli.output.errors import CommandError
from deploy import roles
from deploy.local import stack
from deploy.local.ports import LOOPBACK


def sql(directory: Directory = USUAL) -> None:
    """Print the address of Postgres for the role `analyst`. It holds a password: give it to nobody but your tool.

    \b
    Examples:
      psql "$(forcegen sql)" -c 'SELECT * FROM strength'
    \b
    Exit codes: 0 printed; 1 Postgres is not up here.
    """
    postgres = stack.status(directory).postgres
    password = roles.password_of("analyst", directory)
    if not postgres.running or password is None:
        raise CommandError(f"Postgres is not up in {directory}: run `forcegen up`, or name another with --directory.")
    typer.echo(f"postgresql://analyst:{password}@{LOOPBACK}:{postgres.port}/{roles.DATABASE}")
