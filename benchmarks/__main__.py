"""Measurements on real servers of their own, in one table.

    make bench                                 all of them, about half an hour
    make bench ARGS="deciding projecting"      some
    make bench ARGS="pages --json pages.json"  one, and its lines for programs

The machine decides most of it: compare lines of one run with each other, not with another machine's.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import (
    archiving,
    codec,
    deciding,
    end_to_end,
    following,
    importing,
    pages,
    projecting,
    replaying,
    reports,
    scoping,
    signed,
)
from benchmarks.measure import Measured
from tests.servers import Servers, provided_servers

Benchmark = Callable[[Servers], list[Measured]]
MODULES = (
    *(codec, deciding, signed, projecting, archiving, replaying, reports, pages, scoping, following, importing),
    end_to_end,
)
BENCHMARKS: dict[str, Benchmark] = {module.__name__.rpartition(".")[2]: module.run for module in MODULES}


def chosen(arguments: Sequence[str] | None = None) -> tuple[list[str], Path | None]:
    """The names of the measurements to make, in their order, and the file that their lines are written to."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}; all unless given")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the lines, with all their figures, to FILE")
    parsed = parser.parse_args(arguments)
    names = parsed.names
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"there is no measurement {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    return [name for name in BENCHMARKS if not names or name in names], parsed.json


def main() -> None:
    names, file = chosen()
    console = Console()
    table = Table("what", "messages", "seconds", "per second", "note", title="Forcegen, measured on this machine")
    for column in table.columns[1:4]:
        column.justify = "right"
    lines: list[Measured] = []
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory,
        provided_servers(Path(directory) / "s") as servers,
    ):
        for name in names:
            with console.status(name):
                lines += BENCHMARKS[name](servers)
    for line in lines:
        table.add_row(*line.cells())
    console.print(table)
    if file:
        file.write_text(json.dumps([asdict(line) for line in lines], indent=1))


if __name__ == "__main__":
    main()
