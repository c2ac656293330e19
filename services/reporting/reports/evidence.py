"""The evidence behind an answer: what was compared to find it, so that an answer without rows is never taken for more.

An answer has no rows for one of three reasons, and a reader must be able to tell them apart: something was compared and
nothing was found; nothing is on record to compare; or the day lies before everything on record. A small query beside
that of each report counts what the report looked at, under the same filters, day and knowledge, as the same reader sees
it. It runs within the statement of the report, and only where that has no rows, unless the number is of interest beside
findings too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, cast

from kernel.sql.template import Template
from services.reporting.queries import named

EvidenceState = Literal["found", "compared", "nothing", "before_first"]
"""`found`: the answer has rows. `compared`: it has none, and something was compared. `nothing`: nothing on record could
be compared. `before_first`: everything on record that could be compared begins after the day."""


@dataclass(frozen=True, slots=True)
class ReportEvidence:
    """What an answer rests on."""

    state: EvidenceState
    compared: int | None = None
    """How many records were compared; None if rows were found and nobody counted."""
    first_day: date | None = None
    """The first day of such a record, whatever the day of the question; None if there is none, or nobody looked."""
    last_day: date | None = None
    """The newest day of such a record until the day of the question."""


@dataclass(frozen=True, slots=True)
class EvidenceQuery:
    """The query that counts what an answer rests on: one row of `compared`, `first_day` and `last_day`."""

    sql: str
    beside_rows: bool = False
    """Whether it is counted where rows were found, too."""

    @property
    def template(self) -> Template:
        """The query before its parameters have numbers; it takes parameters of the report, and no others."""
        return named(self.sql)


_ANSWERS: Final[Mapping[str, tuple[str, ...]]] = {
    "evidence_people": (
        *("strength", "who_is_where", "people_since", "must_come_home", "lead_times", "events_behind"),
        "tours",
    ),
    "evidence_lines": ("headroom", "ceiling_held", "occupancy", "lines"),
    "evidence_mandates": ("awaiting_approval", "break_glass", "mandates"),
    "evidence_missions": ("missions",),
    "evidence_events": ("timeline", "events"),
    "evidence_unused_missions": ("unused_missions",),
    "evidence_unused_mandates": ("unused_mandates",),
    "evidence_waiting": ("waiting",),
    "evidence_ending_tours": ("ending_tours",),
    "evidence_moved_dates": ("moved_dates",),
    "evidence_statements": ("statements",),
    "evidence_strength_returned": ("strength_returned",),
    "evidence_mislabelled_returns": ("mislabelled_returns",),
    "evidence_vacancies": ("vacancies",),
    "evidence_nominations": ("nominations",),
    "evidence_applications": ("applications",),
    "evidence_frameworks": ("frameworks",),
}
EVIDENCE: Final[Mapping[str, EvidenceQuery]] = {
    **{name: EvidenceQuery(sql) for sql, names in _ANSWERS.items() for name in names},
    "reconciliation": EvidenceQuery("evidence_reconciliation", beside_rows=True),
    "missing_documents": EvidenceQuery("evidence_missing_documents", beside_rows=True),
}
"""By the file of a report's query, or of a list's. A report without an entry has no answer; a test names it."""


def judged(row: Iterable[object] | None, as_of: date, *, has_rows: bool) -> ReportEvidence:
    """The evidence of an answer on a day, by the row of its query; None if that did not run, as rows were found."""
    if row is None:
        return ReportEvidence("found")
    compared, first_day, last_day = cast("tuple[int, date | None, date | None]", tuple(row))
    return ReportEvidence(_state(compared, first_day, as_of, has_rows=has_rows), compared, first_day, last_day)


def _state(compared: int, first_day: date | None, as_of: date, *, has_rows: bool) -> EvidenceState:
    if has_rows:
        return "found"
    if compared:
        return "compared"
    return "before_first" if first_day is not None and first_day > as_of else "nothing"
