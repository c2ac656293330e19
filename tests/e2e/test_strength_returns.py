"""A file of the UN's returns through the whole system: every row as published, repeats, restatements, all by the API.

The made-up file is always imported; the sample of real returns too, where it lies beside the checkout.
"""

import csv
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import returns
from tests.architecture.sources import ROOT
from tests.foreign import Client
from tests.system import BEARER, RunningSystem

pytestmark = pytest.mark.servers
SAMPLE = ROOT.parent / "shared" / "data" / "strength_returns_sample.csv"
FIRST, LATER = "2015-01-01T00:00:00Z", "2016-01-01T00:00:00Z"


@dataclass(frozen=True)
class Publication:
    """The lines of a file, without the header."""

    source: str
    lines: list[str]

    @property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader([returns.HEADER, *self.lines]))

    def restated(self) -> "Publication":
        """The same rows with the women of every seventh counted anew, and the first row gone."""
        lines = [_one_more(line) if nr % 7 == 0 else line for nr, line in enumerate(self.lines)]
        return Publication(self.source, lines[1:])


def _one_more(line: str) -> str:
    rest, _, total = line.rpartition(",")
    return f"{rest},{int(total) + 1}" if total else line


def publications() -> list[Publication]:
    all_of_them = [Publication("made up", returns.odd(returns.rows(10, 14)))]
    if SAMPLE.exists():
        all_of_them.append(Publication("sample", SAMPLE.read_text(encoding="utf-8").splitlines()[1:]))
    return all_of_them


def imported(system: RunningSystem, lines: list[str], place: Path, published_at: str, source: str) -> dict[str, int]:
    """The counts that the command tells; every row of these files can be read."""
    file = place / "returns.csv"
    file.write_bytes(returns.file(lines))
    program = [sys.executable, "-c", "from cli.main import main; main()", "import", "strength-returns", str(file)]
    options = ["--bootstrap", system.servers.kafka, "--published-at", published_at, "--source", source]
    done = subprocess.run([*program, *options], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr + done.stdout
    counts = re.findall(r"│ (sent|recorded|repeated|unreadable) +│ +([\d,]+) │", done.stdout)
    return {name: int(count.replace(",", "")) for name, count in counts}


def items(system: RunningSystem, path: str, **params: str) -> list[dict[str, Any]]:
    collected: list[dict[str, Any]] = []
    with httpx.Client(base_url=system.url("query"), headers=BEARER, timeout=60) as api:
        while True:
            page = api.get(f"/v1/{path}", params={**params, "limit": "1000"}).raise_for_status().json()
            assert page["incomplete"] is False
            collected += page["items"]
            if page["next"] is None:
                return collected
            params["cursor"] = page["next"]


def shown(system: RunningSystem, source: str, count: int) -> list[dict[str, Any]]:
    """The rows of a source, once the views have them all."""
    deadline = time.monotonic() + 120
    while True:
        rows = [row for row in items(system, "strength-returns") if row["source"] == source]
        if len(rows) >= count or time.monotonic() > deadline:
            assert len(rows) == count
            return rows
        time.sleep(0.5)


def _as_in_file(row: dict[str, Any]) -> tuple[str, ...]:
    names = ("as_of", "contributor", "contributor_as_published", "mission", "personnel_type", "male", "female", "total")
    return tuple("" if row[name] is None else str(row[name]) for name in names)


def by_month(rows: list[dict[str, Any]], day: str) -> Counter[str]:
    totals: Counter[str] = Counter()
    for row in rows:
        totals[row[day][:7]] += int(row["total"] or 0)
    return totals


def counted(publication: Publication) -> dict[str, dict[str, int | None]]:
    """By month, what the publication says of each State, mission and type; of contradictions the largest."""
    months: dict[str, dict[str, int | None]] = {}
    for row in publication.rows:
        month = months.setdefault(row["date"][:7], {})
        key = f"{row['contributor_iso3']}/{row['mission']}/{row['personnel_type']}"
        total = int(row["total"]) if row["total"] else None
        month[key] = max((one for one in (total, month.get(key)) if one is not None), default=None)
    return months


def people_by_state(system: RunningSystem, day: str, states: set[str], **params: str) -> dict[str, int | None]:
    """By the list and by the strength report, which are to say the same."""
    listed_rows = items(system, "returned-strength", as_of=day, **params)
    listed = {one["id"]: one["people"] for one in listed_rows if one["contributor"] in states}
    query = {**params, "as_of": day, "source": "returns"}
    answer = (
        system.http.get(f"{system.url('query')}/v1/reports/strength", params=query, timeout=60)
        .raise_for_status()
        .json()
    )
    rows = [row for row in answer["rows"] if row["contributor"] in states]
    named = {f"{row['contributor']}/{row['mission']}/{row['personnel_type']}": row["people"] for row in rows}
    assert named == listed
    return listed


@pytest.mark.parametrize("publication", publications(), ids=lambda publication: publication.source)
def test_every_row_is_kept_as_published_a_repeat_changes_nothing_and_a_restatement_stands_beside(
    system: RunningSystem, publication: Publication, tmp_path: Path
) -> None:
    lines, source = publication.lines, publication.source
    half = imported(system, lines[: len(lines) // 2], tmp_path, FIRST, source)
    assert (half["recorded"], half["repeated"]) == (len(lines) // 2, 0)
    shown(system, source, len(lines) // 2)
    whole = imported(system, lines, tmp_path, FIRST, source)  # the first was interrupted, and is carried on
    assert (whole["sent"], whole["repeated"], whole["recorded"]) == (
        len(lines),
        len(lines) // 2,
        len(lines) - len(lines) // 2,
    )

    rows = shown(system, source, len(lines))
    assert Counter(map(_as_in_file, rows)) == Counter(tuple(row.values()) for row in publication.rows)
    assert by_month(rows, "as_of") == by_month(publication.rows, "date")

    client = Client(system.servers.kafka)
    before = client.ends("deployments.events")
    again = imported(system, lines, tmp_path, FIRST, source)
    assert (again["recorded"], again["repeated"]) == (0, len(lines))
    assert client.ends("deployments.events") == before
    assert shown(system, source, len(lines)) == rows

    later, known_at = publication.restated(), datetime.now(UTC).isoformat()
    assert imported(system, later.lines, tmp_path, LATER, source)["recorded"] == len(later.lines)
    assert len(shown(system, source, len(lines) + len(later.lines))) == len(lines) + len(later.lines)
    _both_are_listed(system, publication, later, known_at)


def _both_are_listed(system: RunningSystem, first: Publication, later: Publication, known_at: str) -> None:
    """By the end of each month: as it was published and known first, and as it was restated."""
    states = {row["contributor_iso3"] for row in first.rows}
    ends = {row["date"][:7]: row["date"] for row in first.rows}
    before, after = counted(first), counted(later)
    assert before != after
    for month, day in ends.items():
        assert people_by_state(system, day, states, published_before=LATER) == before[month]
        assert people_by_state(system, day, states, as_known_at=known_at) == before[month]
        assert people_by_state(system, day, states) == after[month]


def test_rows_that_are_odd_are_found_by_what_is_odd(system: RunningSystem) -> None:
    """After the story above."""
    counts = Counter(kind for row in items(system, "strength-returns") for kind in row["noticed"])
    assert min(counts[kind] for kind in ("does_not_add_up", "odd_month_end", "duplicate", "spelling")) > 0
    doubtful = items(system, "strength-returns", noticed="does_not_add_up")
    assert len(doubtful) == counts["does_not_add_up"]
