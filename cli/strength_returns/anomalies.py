"""Anomalies in the rows of one file: they are reported, and the rows kept, never dropped or corrected.

Memory is constant. A temporary database on disk remembers earlier rows (one entry a row, gone with the process);
anomalies are grouped, with at most `GROUPS_MAX` groups of `LINES_MAX` line numbers, and only counted beyond that;
at most `SPELLINGS_MAX` spellings are kept for a State.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final, assert_never

from cli.strength_returns.rows import ReturnRow
from contracts.return_anomalies import Anomaly, RowAnomaly, row_anomalies

GROUPS_MAX: Final = 1_000
LINES_MAX: Final = 50
SPELLINGS_MAX: Final = 50
_SEEN: Final = "CREATE TABLE seen (row TEXT PRIMARY KEY, line INTEGER, counts TEXT, times INTEGER) WITHOUT ROWID"
_SEE: Final = """
INSERT INTO seen VALUES (?, ?, ?, 1) ON CONFLICT (row) DO UPDATE SET times = times + 1 RETURNING line, counts, times
"""


@dataclass(slots=True)
class Group:
    """Rows with the same anomaly."""

    kind: Anomaly
    what: str
    count: int = 0
    lines: list[int] = field(default_factory=list)
    """The first of their lines."""


class Noticing:
    """Checks each row once, in the order of the file."""

    def __init__(self) -> None:
        self._groups: dict[tuple[Anomaly, str], Group] = {}
        self._spellings: dict[str, dict[str, int]] = {}
        self._seen = sqlite3.connect("", isolation_level=None)  # no name: a temporary file, deleted when closed
        self._seen.execute("PRAGMA journal_mode = OFF")
        self._seen.execute("PRAGMA cache_size = -16000")
        self._seen.execute(_SEEN)
        self._seen.execute("BEGIN")

    @property
    def groups(self) -> list[Group]:
        """The groups, in the order of their first lines."""
        return sorted(self._groups.values(), key=lambda group: group.lines[0])

    def take(self, row: ReturnRow) -> int:
        """Check a row; returns how many rows of this day, State, mission and type came before it."""
        strength = row.command
        for anomaly in row_anomalies(strength):
            self._note(anomaly, _what(anomaly, strength.as_of), row.number)
        self._spelled(strength.contributor, strength.contributor_as_published, row.number)
        return self._occurrence(row)

    def _occurrence(self, row: ReturnRow) -> int:
        strength = row.command
        key = f"{strength.as_of}/{strength.contributor}/{strength.mission}/{strength.personnel_type}"
        counts = f"{strength.male}/{strength.female}/{strength.total}"
        line, first, times = self._seen.execute(_SEE, (key, row.number, counts)).fetchone()
        if times > 1:
            same = "the same numbers" if counts == first else "other numbers"
            self._note("duplicate", f"{key} again, with {same} (first in line {line})", row.number)
        return int(times) - 1

    def _spelled(self, contributor: str, spelling: str, line: int) -> None:
        spellings = self._spellings.setdefault(contributor, {})
        if spelling not in spellings and len(spellings) < SPELLINGS_MAX:
            spellings[spelling] = line
        first, first_line = next(iter(spellings.items()))
        if spelling != first:
            what = f"{contributor} is {spelling[:60]!r} here and {first[:60]!r} in line {first_line}"
            self._note("spelling", what, line)

    def _note(self, kind: Anomaly, what: str, line: int) -> None:
        if (kind, what) not in self._groups and len(self._groups) >= GROUPS_MAX:
            what = "others"
        group = self._groups.setdefault((kind, what), Group(kind, what))
        group.count += 1
        if len(group.lines) < LINES_MAX:
            group.lines.append(line)


def _what(anomaly: RowAnomaly, day: date) -> str:
    match anomaly:
        case "does_not_add_up":
            return "male + female is not total"
        case "odd_month_end":
            return f"{day} is not the last day of its month"
        case never:
            assert_never(never)


def ranges(lines: list[int]) -> Iterator[str]:
    """Line numbers as ranges: 4, 7-9."""
    start = last = lines[0]
    for line in [*lines[1:], -1]:
        if line == last + 1:
            last = line
            continue
        yield f"{start}" if start == last else f"{start}-{last}"
        start = last = line
