"""Of a comparison, the page has as many rows and events as fit it, and no more than that is kept."""

from datetime import date

import pytest

from services.reporting.pages import compare, paging
from services.reporting.reports.comparison import ChangedRow, ReportComparison
from services.reporting.reports.evidence import ReportEvidence
from services.reporting.reports.formats import ReportResult

LONG = 10_000


def comparison(*, is_explained: bool) -> ReportComparison:
    values = [(str(nr), 1) for nr in range(LONG)]
    columns, totals = [("tour", "text"), ("people", "int4")], {"people": LONG}
    evidence = ReportEvidence("found")
    answer = ReportResult(date(2026, 1, 1), None, columns, values, totals, None, False, None, evidence)
    rows = [ChangedRow("added", {"tour": row["tour"]}, None, row, list(row)) for row in answer.rows]
    events = [{"event": str(nr)} for nr in range(LONG)]
    explained, others = (events, []) if is_explained else (None, events)
    return ReportComparison(answer, answer, ("tour",), rows, explained, others)


@pytest.mark.parametrize("is_explained", [True, False])
def test_what_is_kept_of_a_long_comparison_is_what_the_page_shows(is_explained: bool) -> None:
    shown = compare.fitting(comparison(is_explained=is_explained))
    kept = shown.compared
    assert {part.all for part in shown.parts.values()} == {LONG}
    assert not kept.before.values
    assert not kept.after.values
    cells = 3 * len(kept.rows) + compare.EVENT_COLUMNS * (len(kept.explained or ()) + len(kept.events))
    assert 0 < cells <= paging.CELLS_MAX
    assert [row.key["tour"] for row in kept.rows[:2]] == ["0", "1"]
    assert kept.difference == {"people": 0}
    assert (kept.explained is not None) == is_explained


@pytest.mark.parametrize("section", compare.SECTIONS)
def test_each_line_of_a_long_table_is_on_one_page_of_it(section: str) -> None:
    whole, first, seen = comparison(is_explained=True), 1, 0
    while first <= LONG:
        shown = compare.fitting(whole, compare.TableAlone(section, first))
        part, kept = shown.parts[section], shown.compared
        lines = [str(row.key["tour"]) for row in kept.rows] + [str(event["event"]) for event in kept.explained or ()]
        assert lines == [str(nr) for nr in range(part.first - 1, part.last)]
        first, seen = part.last + 1, seen + len(lines)
    assert seen == LONG


def test_a_line_past_the_end_shows_the_last() -> None:
    part = compare.fitting(comparison(is_explained=True), compare.TableAlone("rows", LONG + 5)).parts["rows"]
    assert (part.first, part.last, part.all) == (LONG, LONG, LONG)
