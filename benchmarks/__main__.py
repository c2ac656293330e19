"""`python -m benchmarks`: every measurement on real servers of its own, in one table.

The machine decides most of it: compare lines of one run with each other, not with another machine's.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import archiving, codec, deciding, end_to_end, following, importing, projecting, replaying, reports
from benchmarks.measure import Measured
from tests.servers import Servers, provided_servers

BENCHMARKS: tuple[Callable[[Servers], list[Measured]], ...] = (
    codec.run,
    deciding.run,
    projecting.run,
    archiving.run,
    replaying.run,
    reports.run,
    following.run,
    importing.run,
    end_to_end.run,
)


def main() -> None:
    console = Console()
    table = Table("what", "messages", "seconds", "per second", "note", title="Forcegen, measured on this machine")
    for column in table.columns[1:4]:
        column.justify = "right"
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory,
        provided_servers(Path(directory) / "s") as servers,
    ):
        for run in BENCHMARKS:
            with console.status(run.__module__):
                for one in run(servers):
                    table.add_row(*one.cells())
    console.print(table)


if __name__ == "__main__":
    main()
