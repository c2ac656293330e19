"""`forcegen verify`: recompute a report from the archive alone, and compare it with its receipt byte for byte."""

from pathlib import Path
from typing import Annotated

import typer

from cli.commands import audit
from cli.commands.trace import Token
from cli.connect.endpoints import USUAL, Directory
from cli.lazy import at_first_use
from cli.output.options import Json

with at_first_use():
    from cli.commands import verify_receipt

File = Annotated[Path, typer.Argument(metavar="RECEIPT", help="The answer with its receipt, or the receipt alone.")]
Scratch = Annotated[
    str | None,
    typer.Option(
        "--scratch",
        help="postgresql://… of a role that may make schemas, to work in; else a Postgres is started for this once.",
    ),
]


def verify(
    file: File,
    key: audit.Key,
    place: audit.Place = None,
    scratch: Scratch = None,
    token: Token = None,
    directory: Directory = USUAL,
    *,
    as_json: Json = False,
) -> None:
    """Make a report again from the archive, and compare it with its receipt to the byte.

    Every record that the report rests on is hashed again, and the log must continue the checkpoint of the receipt.

    \b
    Examples:
      forcegen report strength --as-of 2022-06-30 --receipt > strength.json
      forcegen verify strength.json --key KEY
      forcegen verify strength.json --key KEY --from /media/usb/log
    \b
    Exit codes: 0 the report follows from the log; 1 something is wrong, and is named; 2 this is no receipt.
    """
    with audit.reading(place, directory, token) as read:
        verify_receipt.check(file, key, read, scratch, as_json=as_json)
