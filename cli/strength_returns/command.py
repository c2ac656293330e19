"""`forcegen import strength-returns`: sends a file of the UN's monthly returns, and shows the result of each row."""

from typing import Annotated

import typer

from cli.connect.endpoints import USUAL, Bootstrap, Directory
from cli.lazy import at_first_use
from cli.output.options import Json

with at_first_use():
    from cli.strength_returns import importing

SOURCE = "UN strength return"
From = Annotated[str, typer.Argument(metavar="FILE.csv", help="One row a line, with a header; `-` is standard input.")]
At = Annotated[
    str | None,
    typer.Option(
        "--published-at",
        help="When these returns were published: a day (its beginning in UTC) or an RFC 3339 instant."
        " Unless given: the beginning of the day after the newest date in the file.",
    ),
]
By = Annotated[str, typer.Option("--source", help="What publication it is, as the register is to cite it.")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until each row is answered.")]
Silence = Annotated[float, typer.Option("--timeout", min=0.1, help="Give up after so many seconds without an answer.")]


def strength_returns(
    file: From,
    published_at: At = None,
    source: By = SOURCE,
    given: Bootstrap = None,
    directory: Directory = USUAL,
    timeout: Silence = 30.0,
    *,
    wait: Wait = True,
    as_json: Json = False,
) -> None:
    """Record the UN's monthly returns, row by row, as published.

    The same file again changes nothing, so an interrupted import is sent again; a later publication of the same month
    (another --published-at) is kept beside the first. Rows that are odd are recorded and listed; a row that cannot be
    read is named with its line and the remedy, and the others go in.

    \b
    Examples:
      forcegen import strength-returns 2014.csv
      forcegen import strength-returns 2014-restated.csv --published-at 2015-06-01
      forcegen import strength-returns 2014.csv --json | jq .noticed
      gzip -dc all.csv.gz | forcegen import strength-returns - --published-at 2024-03-01T12:00:00Z
    \b
    Exit codes: 0 every row is on record; 1 rows were unreadable, invalid or in conflict, or Kafka was not there; 2 the
    command line is wrong; 3 no answer in time.
    """
    how = importing.Importing(given, directory, waits=wait, silence_s=timeout)
    raise typer.Exit(importing.import_file(file, how, published_at, source, as_json=as_json))
