"""`forcegen down`: stops everything that runs from a directory."""

from typing import Annotated

import typer

from cli.connect.endpoints import USUAL, Directory
from cli.lazy import at_first_use
from cli.output.errors import CommandError
from cli.output.terminal import notices, progress_line

with at_first_use():
    from deploy.local import services
    from operations import local_system

Wipe = Annotated[bool, typer.Option("--wipe", help="Remove the data too. It cannot be brought back.")]
Servers = Annotated[bool, typer.Option("--keep-servers", help="Leave Kafka and Postgres running.")]


def down(directory: Directory = USUAL, *, wipe: Wipe = False, keep_servers: Servers = False) -> None:
    """Stop every service, then Kafka and Postgres. The data stays, unless --wipe is given.

    \b
    Examples:
      forcegen down
      forcegen down --wipe
      forcegen down --keep-servers
    \b
    Exit codes: 0 nothing runs any more; 1 something could not be stopped or removed.
    """
    if wipe and keep_servers:
        raise CommandError("Either --wipe or --keep-servers: the data cannot go while its servers run.")
    with progress_line("stopping") as report:
        if wipe:
            services.wipe(directory, local_system.SYSTEM, progress=report)
        else:
            services.down(directory, local_system.SYSTEM, servers=not keep_servers, progress=report)
    state = "no service runs in" if keep_servers else "nothing runs in"
    notices().print(f"{state} {directory}" + (", and its data is gone" if wipe else ""), soft_wrap=True)
