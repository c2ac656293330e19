"""`forcegen down`: nothing of a directory is left running."""

from typing import Annotated

import typer

from cli.addresses import USUAL, Directory
from cli.terminal import news, telling
from deploy.local import rooms

Wipe = Annotated[bool, typer.Option("--wipe", help="Remove the data too. It cannot be brought back.")]


def down(directory: Directory = USUAL, *, wipe: Wipe = False) -> None:
    """Stop every room, then Kafka and Postgres. The data stays, unless --wipe is given.

    \b
    Examples:
      forcegen down
      forcegen down --wipe
    \b
    Exit codes: 0 nothing runs any more; 1 something could not be stopped or removed.
    """
    with telling("stopping") as tell:
        (rooms.wipe if wipe else rooms.down)(directory, progress=tell)
    news().print(f"nothing runs in {directory}" + (", and its data is gone" if wipe else ""), soft_wrap=True)
