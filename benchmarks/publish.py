"""Makes docs/benchmarks.md and its plots from the JSON of a run.

    python -m benchmarks.publish              from docs/benchmarks.json, which `make bench ARGS="--json FILE"` wrote
    python -m benchmarks.publish --check      only say whether the page is what the JSON says

Nothing on the page is written by hand but this text: so it hides nothing that a run has shown, and a test holds it to
the JSON.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.measure import Measured
from benchmarks.plots import bars
from benchmarks.results import BenchmarkRun, read

DOCS: Final = Path(__file__).parents[1] / "docs"
SOURCE: Final = DOCS / "benchmarks.json"
PAGE: Final = DOCS / "benchmarks.md"
PLOT: Final = DOCS / "pictures/benchmarks.svg"
HEAD: Final = """\
# What is measured

`make bench` measures real processes on a real Kafka with its access lists and a real Postgres, all of them on one
machine, and prints this table; `python -m benchmarks.publish` makes this page of it. Take ratios within the run:
absolute figures are of the machine. A ceiling is what one process with one connection can do on this machine in this
run at most; a peer is what somebody would use instead, where it was measured in the same run.
"""
LOADED: Final = """\
> **These figures are not to be quoted.** In the lines marked so, other processes used the machine, or its host gave
> its time to others, while they were measured.
"""
BROKEN: Final = "**broken**"


def page(run: BenchmarkRun) -> str:
    """The text of the page."""
    parts = [HEAD, f"Run of {run.when} at `{run.commit}`: {run.machine}.\n"]
    if run.remark:
        parts.append(f"{run.remark}\n")
    if any(line.usage and line.usage.is_loaded for line in run.lines):
        parts.append(LOADED)
    parts += [f"![Rates beside their ceilings and peers]({PLOT.relative_to(DOCS)})\n"]
    parts += [_bounds(run.lines), _table(run.lines), _usage(run.lines)]
    return "\n".join(part for part in parts if part)


def plot(run: BenchmarkRun) -> str:
    """The picture of the page: each line that stands beside a ceiling or a peer."""
    return bars([(line.what, _rates(line)) for line in run.lines if line.ceiling or line.peer])


def _rates(line: Measured) -> Mapping[str, float]:
    return {"Forcegen": line.per_second, **{each.name: each.per_second for each in (line.ceiling, line.peer) if each}}


def _bounds(lines: Sequence[Measured]) -> str:
    rows = [
        (line.what, each.what, f"{each.value:.{each.digits}f}", each.wanted, BROKEN if each.is_broken else "kept")
        for line in lines
        for each in line.bounds
    ]
    return _rows("What is to be reached", ("what", "bound", "is", "to reach", ""), rows)


def _table(lines: Sequence[Measured]) -> str:
    rows = [
        (
            *(line.what, f"{line.messages:,}", f"{line.seconds:.2f}", f"{line.per_second:,.0f}"),
            *(line.beside(line.ceiling), line.beside(line.peer)),
            "; ".join(text for text in (line.note, line.unjudged) if text),
        )
        for line in lines
    ]
    names = ("what", "items", "seconds", "a second", "of the ceiling", "of the peer", "note")
    return _rows("Every line", names, rows)


def _usage(lines: Sequence[Measured]) -> str:
    rows = [
        (
            *(line.what, line.usage.cores, line.usage.memory, f"{line.usage.others_cores:.2f}"),
            *(f"{line.usage.stolen:.1%}", "loaded" if line.usage.is_loaded else ""),
        )
        for line in lines
        if line.usage
    ]
    return _rows("What it cost", ("what", "cores used", "memory at most", "cores of others", "stolen", ""), rows)


def _rows(title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A heading and a table; nothing without rows."""
    head = [f"## {title}\n", f"| {' | '.join(names)} |", "| --- " * len(names) + "|"]
    return "\n".join([*head, *(f"| {' | '.join(map(_cell, row))} |" for row in rows), ""]) if rows else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.publish", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is not what it should be")
    check = parser.parse_args().check
    run = read(SOURCE)
    wanted = {PAGE: page(run), PLOT: plot(run)}
    if check:
        wrong = [str(file.relative_to(DOCS.parent)) for file, text in wanted.items() if file.read_text() != text]
        sys.exit(f"not what {SOURCE.name} says: {', '.join(wrong)}" if wrong else 0)
    for file, text in wanted.items():
        file.write_text(text)


if __name__ == "__main__":
    main()
