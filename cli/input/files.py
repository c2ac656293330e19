"""Files of lines that a command reads; `-` is standard input."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, TypeAlias

import typer

from cli.output.errors import CommandError

From: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="CloudEvents in JSON: one a line, or each over many lines, or one array; `-` is standard input.",
    ),
]


@contextmanager
def opened(file: str, holding: str = "one command a line") -> Iterator[BinaryIO]:
    """The file, or standard input for `-`.

    Raises:
        CommandError: the file cannot be read.
    """
    if file == "-":
        yield typer.get_binary_stream("stdin")
        return
    try:
        with Path(file).open("rb") as source:
            yield source
    except OSError as fault:
        raise CommandError(f"{file} cannot be read ({fault.strerror}): name a file with {holding}.") from fault
