"""A report in two states, each a day as known at an instant: which rows came, went and changed, and by which events.

For reports that count who is where, the events are those that made the difference, and what they changed adds up to it
exactly. Of other reports the rows are compared, and the events on the streams of changed rows are listed; that these
explain all of a change is not claimed (docs/decisions/0040-how-a-number-is-explained.md).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from typing import Final, Literal

from contracts.json_object import JsonObject
from services.reporting.queries import filtered, query
from services.reporting.query.errors import BadParameter, MissingParameter, TooManyRows
from services.reporting.query.session import ReadModel, ReadSession, refuse_future
from services.reporting.query.values import NamedValues
from services.reporting.reports.catalogue import REPORTS, ReportDefinition
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import ReportParameters
from services.reporting.reports.run import ROWS_MAX, find

EVENTS_MAX: Final = ROWS_MAX
"""Events on the streams of changed rows; a longer answer is refused, never truncated."""
CLOSER: Final = "Choose days that are closer, or narrow it down with a filter."
EXPLAINED: Final = ("strength", "who-is-where")
"""Reports whose totals are people and tours on a day."""
COUNTED_BY_EVENTS: Final = ("people", "tours")
"""The totals of these reports that events explain."""
NOT_ALL: Final = (
    "This report does not count who is where on a day. The events listed are those on the streams of its changed rows"
    " that were true between the days or recorded between the instants; a row may also change because time passes."
)
RowChange = Literal["added", "gone", "changed"]


@dataclass(frozen=True, slots=True)
class State:
    """A day, as known at an instant; None for the knowledge of now."""

    as_of: date
    as_known_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that is in one state only, or has other values in the other one."""

    change: RowChange
    key: JsonObject
    before: NamedValues | None
    after: NamedValues | None
    columns: Sequence[str]
    """The columns that differ; all of them for a row that came or went."""


@dataclass(frozen=True, slots=True)
class ReportComparison:
    """The difference between two answers of one report."""

    before: ReportResult
    after: ReportResult
    key: Sequence[str]
    rows: Sequence[ChangedRow]
    explained: Sequence[JsonObject] | None
    """The changes of people and tours, each with its event; None if the report does not count who is where."""
    events: Sequence[JsonObject]
    """Without `explained`: the events on the streams of changed rows."""

    @property
    def difference(self) -> Mapping[str, int]:
        """By total, how much more it is afterwards."""
        return {name: total - self.before.totals[name] for name, total in self.after.totals.items()}

    @property
    def unexplained(self) -> str | None:
        """What the answer does not explain; None if it explains everything."""
        if self.explained is None:
            return NOT_ALL
        others = [name for name, more in self.difference.items() if more and name not in COUNTED_BY_EVENTS]
        return f"No event explains {', '.join(others)}: it changes as days pass." if others else None


async def compare(
    model: ReadModel, name: str, params: ReportParameters, before_as_of: date | None, before_known: datetime | None
) -> ReportComparison:
    """The report as `params` ask for it, beside the same report in the state before; raises `QueryError`.

    Without `before_as_of` the days are the same; without `before_known` the knowledge is that of `params`.
    """
    if before_as_of is None and before_known is None:
        remedy = "Send before_as_of for another day, before_as_known_at for what was known at an instant, or both."
        raise MissingParameter("There is nothing to compare with.", field="before_as_of", remedy=remedy)
    refuse_future(before_known, "before_as_known_at")
    report = REPORTS[name]
    async with model.session(params, is_snapshot=True) as session:
        after = await find(session, report, params)
        earlier = State(before_as_of or session.as_of, before_known or params.as_known_at)
        async with _known_at(session, earlier) as past:
            terms = {"as_of": earlier.as_of, "as_known_at": earlier.as_known_at}
            before = await _find(past, report, params.model_copy(update=terms))
        later = State(session.as_of, params.as_known_at)
        key = report.of(getattr(params, "source", None)).key
        rows = changed_rows(key, before.rows, after.rows)
        async with _known_at(session, replace(later, as_known_at=None)) as present:
            explained = await _explained(present, name, params, earlier, later)
            events = [] if explained is not None else await _events(present, rows, earlier, later)
    return ReportComparison(before, after, key, rows, explained, events)


async def _find(session: ReadSession, report: ReportDefinition, params: ReportParameters) -> ReportResult:
    """The answer of the state before; a fault of a parameter of that state is one of the parameter that names it."""
    try:
        return await find(session, report, params)
    except BadParameter as fault:
        if fault.field in ("as_of", "as_known_at"):
            fault.field = f"before_{fault.field}"
        raise


def changed_rows(key: Sequence[str], before: Sequence[NamedValues], after: Sequence[NamedValues]) -> list[ChangedRow]:
    """The rows that differ, by their key: those that went and changed in the order of before, then those that came."""
    old, new = _by_key(key, before), _by_key(key, after)
    pairs: list[tuple[NamedValues | None, NamedValues | None]] = []
    pairs += [(row, new.get(of_key)) for of_key, row in old.items()]
    pairs += [(None, row) for of_key, row in new.items() if of_key not in old]
    return [changed for pair in pairs if (changed := _changed(key, *pair)) is not None]


def _changed(key: Sequence[str], before: NamedValues | None, after: NamedValues | None) -> ChangedRow | None:
    row = after or before or {}
    columns = [name for name in row if before is None or after is None or before[name] != after[name]]
    kind: RowChange = "added" if before is None else "gone" if after is None else "changed"
    own = {name: row[name] for name in key}
    return ChangedRow(kind, own, before, after, columns) if columns else None


def _by_key(key: Sequence[str], rows: Sequence[NamedValues]) -> dict[tuple[object, ...], NamedValues]:
    """The rows by their key; where several have one key, they are numbered."""
    numbered: dict[tuple[object, ...], NamedValues] = {}
    for row in rows:
        of_key = tuple(str(row[name]) for name in key)
        numbered[next((*of_key, nr) for nr in count() if (*of_key, nr) not in numbered)] = row
    return numbered


@asynccontextmanager
async def _known_at(session: ReadSession, state: State) -> AsyncIterator[ReadSession]:
    """The same snapshot, on another day as known at another instant."""
    await session.connection.execute(query("know_now").sql)
    if state.as_known_at is not None:
        await session.connection.execute(query("know_at").sql, state.as_known_at)
    yield replace(session, as_of=state.as_of, as_known_at=state.as_known_at)


async def _explained(
    session: ReadSession, name: str, params: ReportParameters, before: State, after: State
) -> list[JsonObject] | None:
    """The changes of people and tours; None if the report counts something else."""
    if name not in EXPLAINED or getattr(params, "source", None) == "returns":
        return None
    values = {**vars(params), **_span(before, after)}
    statement = filtered("explained_changes", values)
    return [dict(row) for row in await session.connection.fetch(statement.sql, *statement.values(values))]


async def _events(session: ReadSession, rows: Sequence[ChangedRow], before: State, after: State) -> list[JsonObject]:
    """The events on the streams of changed rows, in the span between the states."""
    streams = sorted(
        {stream for row in rows for side in (row.before, row.after) if side for stream in streams_of(side)}
    )
    values = {**_span(before, after), "streams": streams, "limit": EVENTS_MAX + 1}
    statement = query("events_between")
    events = [dict(row) for row in await session.connection.fetch(statement.sql, *statement.values(values))]
    if len(events) > EVENTS_MAX:
        raise TooManyRows(f"The comparison has more than {EVENTS_MAX:,} events.", remedy=CLOSER)
    return events


def _span(before: State, after: State) -> JsonObject:
    return {
        "before_as_of": before.as_of,
        "before_known": before.as_known_at,
        "as_of": after.as_of,
        "known": after.as_known_at,
    }


def streams_of(row: NamedValues) -> set[str]:
    """The streams that a row names, as `<service>/<stream>`: of its line, mandate, tour and vacancy."""
    named = {str(row[name]) for name in ("line", "tour", "id", "replaced_by") if row.get(name)}
    lines = {"/".join(name.split("/")[:2]) for name in named if name.count("/") in (1, 2)}
    streams = {f"deployments/line/{line}" for line in lines}
    mandates = {str(row["mandate"])} if row.get("mandate") else {line.partition("/")[0] for line in lines}
    streams |= {f"approvals/mandate/{mandate}" for mandate in mandates}
    return streams | ({f"vacancies/vacancy/{row['vacancy']}"} if row.get("vacancy") else set())
