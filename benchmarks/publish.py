"""Makes docs/benchmarks.md and its plots from the JSON of a run.

    python -m benchmarks.publish              from docs/benchmarks.json, which `make bench ARGS="--json FILE"` wrote
    python -m benchmarks.publish --check      only say whether the page is what the JSON says

Nothing on the page is written by hand but this text: so it hides nothing that a run has shown, and a test holds it to
the JSON.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.plots import bars
from benchmarks.results import Json

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


def page(run: Json) -> str:
    """The text of the page."""
    lines: list[Json] = run["lines"]
    parts = [HEAD, f"Run of {run['when']} at `{run['commit']}`: {run['machine']}.\n"]
    if any((line["usage"] or {}).get("is_loaded") for line in lines):
        parts.append(LOADED)
    parts += [f"![Rates beside their ceilings and peers]({PLOT.relative_to(DOCS)})\n", _bounds(lines), _table(lines)]
    parts.append(_usage([line for line in lines if line["usage"]]))
    return "\n".join(part for part in parts if part)


def plot(run: Json) -> str:
    """The picture of the page: each line that stands beside a ceiling or a peer."""
    return bars([(line["what"], _rates(line)) for line in run["lines"] if line["ceiling"] or line["peer"]])


def _rates(line: Json) -> Mapping[str, float]:
    beside = {each["name"]: each["per_second"] for each in (line["ceiling"], line["peer"]) if each}
    return {"Forcegen": line["per_second"], **beside}


def _table(lines: Sequence[Json]) -> str:
    rows = ["| what | items | seconds | a second | of the ceiling | of the peer | note |", "| --- " * 7 + "|"]
    for line in lines:
        beside = [_share(line, line["ceiling"]), _share(line, line["peer"])]
        figures = [f"{line['messages']:,}", f"{line['seconds']:.2f}", f"{line['per_second']:,.0f}"]
        note = "; ".join(text for text in (line["note"], line["unjudged"]) if text)
        rows.append(f"| {' | '.join([_cell(line['what']), *figures, *beside, _cell(note)])} |")
    return "\n".join(["## Every line\n", *rows, ""])


def _bounds(lines: Sequence[Json]) -> str:
    rows = ["| what | bound | is | to reach | |", "| --- " * 5 + "|"]
    for line in lines:
        for each in line["bounds"]:
            sign = "≥" if each["is_least"] else "≤"
            verdict = BROKEN if each["is_broken"] else "kept"
            value = f"{each['value']:.{each['digits']}f}"
            cells = [_cell(line["what"]), _cell(each["what"]), value, f"{sign} {each['limit']:g}", verdict]
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(["## What is to be reached\n", *rows, ""]) if len(rows) > 2 else ""


def _usage(lines: Sequence[Json]) -> str:
    rows = ["| what | cores used | memory at most | cores of others | stolen | |", "| --- " * 6 + "|"]
    for line in lines:
        used = line["usage"]
        cores = ", ".join(f"{name} {spent / used['seconds']:.2f}" for name, spent in used["cpu_s"].items())
        memory = ", ".join(f"{name} {peak / 1e6:.0f} MB" for name, peak in used["memory_peak_bytes"].items())
        mark = "loaded" if used["is_loaded"] else ""
        cells = [_cell(line["what"]), cores, memory, f"{used['others_cores']:.2f}", f"{used['stolen']:.1%}", mark]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(["## What it cost\n", *rows, ""]) if lines else ""


def _share(line: Json, reference: Json | None) -> str:
    if reference is None:
        return ""
    share = line["per_second"] / reference["per_second"]
    return _cell(f"{share:.3f} of {reference['per_second']:,.0f} ({reference['name']})")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.publish", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is not what it should be")
    check = parser.parse_args().check
    run = json.loads(SOURCE.read_text())
    wanted = {PAGE: page(run), PLOT: plot(run)}
    if check:
        wrong = [str(file.relative_to(DOCS.parent)) for file, text in wanted.items() if file.read_text() != text]
        sys.exit(f"not what {SOURCE.name} says: {', '.join(wrong)}" if wrong else 0)
    for file, text in wanted.items():
        file.write_text(text)


if __name__ == "__main__":
    main()
