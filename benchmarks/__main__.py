"""Measurements on real servers of their own, in one table; the exit code is 1 if a bound is broken.

    make bench                                        all of them, about half an hour
    make bench ARGS="catching_up relaying"            some
    make bench ARGS="catching_up --sizes 20000,200000,2000000"
    make bench ARGS="pages --json pages.json"         one, and its lines for programs

The machine decides most of it: compare lines of one run with each other, not with another machine's. Where a folder of
peers is beside the project (benchmarks/peers.py), they are measured in the same run, with BENCHMARK_PEERS_PYTHON.
BENCHMARK_LONG_LINE is the number of tours of the long line, 100,000 unless given.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import (
    archiving,
    catching_up,
    codec,
    deciding,
    end_to_end,
    following,
    importing,
    ledgers,
    long_lines,
    options,
    paced,
    pages,
    peers,
    projecting,
    rebuilding,
    relaying,
    replaying,
    reports,
    scoping,
    signed,
    verifying,
)
from benchmarks.measure import Measured, with_memory_bound
from benchmarks.results import machine, write
from tests.servers import Servers, provided_servers

Benchmark = Callable[[Servers], list[Measured]]
MODULES = (
    *(catching_up, relaying, archiving, rebuilding, ledgers, long_lines, paced),
    *(codec, deciding, signed, projecting, verifying, replaying, reports, pages, scoping, following, importing),
    end_to_end,
)
BENCHMARKS: dict[str, Benchmark] = {module.__name__.rpartition(".")[2]: module.run for module in MODULES}
WIDE = 200
"""Characters of the table where it is not on a terminal."""
COLUMNS = ("what", "messages", "seconds", "per second", "of the ceiling", "of the peer", "used", "note")


def chosen(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """`names` of the measurements to make, in order; `json`, the file for their lines; `sizes`; `remark`."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}; all unless given")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the lines, with all their figures, to FILE")
    parser.add_argument("--sizes", metavar="N,N", help="events, where a rate must be flat; 200000 unless given")
    parser.add_argument("--remark", metavar="TEXT", default="", help="what a reader of the JSON must know of this run")
    parsed = parser.parse_args(arguments)
    if unknown := [name for name in parsed.names if name not in BENCHMARKS]:
        parser.error(f"there is no measurement {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    parsed.names = [name for name in BENCHMARKS if not parsed.names or name in parsed.names]
    return parsed


def main() -> None:
    run = chosen()
    if run.sizes:
        os.environ[options.SIZES] = run.sizes
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    lines = _measured(run.names, console)
    table = Table(*COLUMNS, title=f"Forcegen, measured on this machine: {machine()}")
    for column in table.columns[1:4]:
        column.justify = "right"
    for line in lines:
        table.add_row(*line.cells())
    console.print(table)
    if run.json:
        write(run.json, lines, run.remark)
    if broken := [f"{line.what}: {each.text}" for line in lines for each in line.bounds if each.is_broken]:
        console.print("[red]Broken:[/red]", *broken, sep="\n  ")
        sys.exit(1)


def _measured(names: Sequence[str], console: Console) -> list[Measured]:
    lines: list[Measured] = []
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        servers = stack.enter_context(provided_servers(directory / "s"))
        peers.provide(servers.postgres)
        for name in names:
            with console.status(name):
                lines += map(with_memory_bound, BENCHMARKS[name](servers))
    return lines


if __name__ == "__main__":
    main()
