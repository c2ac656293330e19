"""`forcegen sign`: commands from a file, signed where the private key is, to be sent from another place."""

from pathlib import Path
from typing import Annotated

import typer

from cli.input.files import From, opened
from cli.lazy import at_first_use
from cli.output.errors import FAILED
from cli.output.terminal import notices

with at_first_use():
    from cli.commands.send import ndjson, signed_lines
    from cli.input import key_files

KeyFile = Annotated[Path, typer.Option("--key", metavar="KEY", help="The file of the private key.")]


def sign(file: From, key: KeyFile) -> None:
    """Sign commands and print them, one a line, for `forcegen send` on another machine. Needs no server.

    Each line keeps its attributes; its data goes into `data_base64`, byte for byte as it was written, so that nobody on
    the way can write it anew. A line that cannot be signed is named on standard error, and the others are printed.

    \b
    Examples:
      forcegen sign commands.ndjson --key producer.key > signed.ndjson
      forcegen send signed.ndjson
    \b
    Exit codes: 0 every line was signed; 1 a line could not be signed, or the key cannot be used.
    """
    signing_key, failed = key_files.read_key(key), False
    with opened(file) as source:
        for line in ndjson.read_lines(source):
            one = signed_lines.signed(line, signing_key) if isinstance(line, ndjson.CommandLine) else line
            if isinstance(one, ndjson.CommandLine):
                typer.echo(one.text)
            else:
                failed = True
                notices().print(str(one), soft_wrap=True)
    if failed:
        raise typer.Exit(FAILED)
