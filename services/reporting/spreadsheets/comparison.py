"""A comparison of two states as tables: its rows side by side, its events, and its totals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from services.reporting.pages.i18n import Words
from services.reporting.pages.sentences import sentence_between
from services.reporting.query.values import NamedValues
from services.reporting.reports.comparison import NOT_ALL, ReportComparison
from services.reporting.reports.evidence import ReportEvidence
from services.reporting.reports.formats import ReportResult
from services.reporting.spreadsheets.values import AFTER, BEFORE

ComparisonTable: TypeAlias = Literal["rows", "events", "totals"]
TITLES: Final[Mapping[ComparisonTable, str]] = {
    "rows": "Rows that differ",
    "events": "Why it changed",
    "totals": "Totals",
}
"""The tables of a comparison, each with its title; these are keys of the translations."""
_EXPLAINING: Final = (("kind", "text"), ("people", "int4"), ("tours", "int4"))
_OF_EVENT: Final = (
    *(("sentence", "text"), ("effective", "timestamptz"), ("recorded", "timestamptz"), ("event", "uuid")),
    *(("service", "text"), ("position", "int8"), ("type", "text")),
)
_PLACES: Final = tuple((name, "text") for name in ("contributor", "mission", "category", "rank", "line", "tour"))
_Columns: TypeAlias = Sequence[tuple[str, str]]


def table_of(compared: ReportComparison, table: ComparisonTable, words: Words) -> ReportResult:
    """One table, whole; its day and instant are those of the later state. `words`: the language of events."""
    columns, rows = _TABLES[table](compared, words)
    of = compared.after
    incomplete = of.incomplete or compared.before.incomplete
    values = [tuple(row) for row in rows]
    return ReportResult(of.as_of, of.as_known_at, columns, values, {}, None, incomplete, None, ReportEvidence("found"))


def note_of(compared: ReportComparison, table: ComparisonTable, words: Words) -> str:
    """What the table does not explain; empty if there is nothing to say."""
    return words.say(NOT_ALL) if table == "events" and compared.explained is None else ""


def _rows(compared: ReportComparison, _: Words) -> tuple[_Columns, Iterator[Sequence[object]]]:
    """What became of each row, its key, and each other value before and after; empty on the side where it is not."""
    types = dict(compared.after.columns)
    others = [name for name in types if name not in compared.key and name != "incomplete"]
    sides = [(f"{side}{name}", types[name]) for name in others for side in (BEFORE, AFTER)]
    columns = [("change", "text"), *((name, types[name]) for name in compared.key), *sides]

    def rows() -> Iterator[Sequence[object]]:
        for row in compared.rows:
            before, after = row.before or {}, row.after or {}
            values = [side.get(name) for name in others for side in (before, after)]
            yield [row.change, *(row.key[name] for name in compared.key), *values]

    return columns, rows()


def _events(compared: ReportComparison, words: Words) -> tuple[_Columns, Iterator[Sequence[object]]]:
    """The events, and, if the report counts who is where, by how much each of them changed it."""
    explained = compared.explained
    columns = _OF_EVENT if explained is None else (*_EXPLAINING, *_OF_EVENT, *_PLACES)
    worded = (_worded(event, words) for event in (compared.events if explained is None else explained))
    return columns, ([event[name] for name, _ in columns] for event in worded)


def _worded(event: NamedValues, words: Words) -> NamedValues:
    return {**event, "sentence": sentence_between(event, words)}


def _totals(compared: ReportComparison, _: Words) -> tuple[_Columns, Iterator[Sequence[object]]]:
    before, after = compared.before.totals, compared.after.totals
    columns = [("what", "text"), *((name, "int8") for name in ("before", "after", "difference"))]
    return columns, ([name, before[name], after[name], more] for name, more in compared.difference.items())


_TABLES: Final[
    Mapping[ComparisonTable, Callable[[ReportComparison, Words], tuple[_Columns, Iterator[Sequence[object]]]]]
] = {"rows": _rows, "events": _events, "totals": _totals}
