"""`forcegen sql`: the database address of the reports for a SQL tool, with the password of their reading role."""

import typer

from cli.connect.endpoints import USUAL, Directory, nothing_is_up
from cli.lazy import at_first_use
from cli.output.options import Json, print_json
from deploy.local.ports import LOOPBACK

with at_first_use():
    from deploy import roles
    from deploy.local import stack


def sql(directory: Directory = USUAL, *, as_json: Json = False) -> None:
    """Print the address of Postgres for the role `analyst`. It holds a password: give it to nobody but your tool.

    \b
    Examples:
      psql "$(forcegen sql)" -c 'SELECT * FROM strength'
      forcegen sql --json | jq -r .port
    \b
    Exit codes: 0 printed; 1 Postgres is not up here.
    """
    postgres = stack.status(directory).postgres
    password = roles.password_of("analyst", directory)
    if not postgres.running or password is None:
        raise nothing_is_up(directory)
    address = f"postgresql://analyst:{password}@{LOOPBACK}:{postgres.port}/{roles.DATABASE}"
    if as_json:
        at = {"host": LOOPBACK, "port": postgres.port, "database": roles.DATABASE}
        print_json({"url": address, **at, "user": "analyst", "password": password})
    else:
        typer.echo(address)
