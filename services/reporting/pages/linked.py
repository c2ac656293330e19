"""Of the things that a page names, those that have a page of their own: each is a link, and no link leads nowhere."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final, TypeAlias

from services.reporting.pages.catalogue import Sheet
from services.reporting.queries import query
from services.reporting.query.session import ReadSession
from services.reporting.query.values import NamedValues
from services.reporting.reports.formats import ReportResult

Named: TypeAlias = tuple[str, str]
"""The kind of a thing, as `PATHS` has it, and its name."""
PATHS: Final[Mapping[str, str]] = {
    **{"mission": "/missions", "mandate": "/mandates", "line": "/lines", "tour": "/tours", "vacancy": "/vacancies"},
    **{"application": "/applications", "nomination": "/nominations", "person": "/people", "unit": "/units"},
    **{"event": "/events"},
}
"""By page, the path before an id."""
_OF_IDS: Final[Mapping[tuple[str, int], tuple[str, ...]]] = {
    ("id", 0): ("application", "vacancy"),
    ("id", 1): ("nomination",),
    ("concerns", 0): ("vacancy", "application", "person", "unit", "mandate", "mission"),
    ("concerns", 1): ("line", "nomination"),
    ("lines", 1): ("line",),
    ("missions", 0): ("mission",),
    ("closed_to_new", 0): ("mission",),
    ("mou_mission", 0): ("mission",),
}
"""By column and number of slashes, the kinds that an id may be of. Those of tours are linked by their form."""
COLUMNS: Final = ("person", "unit", "vacancy", "application")
"""Columns that name a thing of the kind of their own name."""


_NAMING: Final = frozenset({*COLUMNS, *(column for column, _ in _OF_IDS)})


def of_event(event: NamedValues) -> Iterator[Named]:
    """What an event names, the narrowest first, each once."""
    data = event["data"]
    name = {key: value for key, value in data.items() if isinstance(value, str)}
    line = f"{name['mandate']}/{name['line']}" if {"mandate", "line"} <= name.keys() else ""
    if line and "tour" in name:
        yield "tour", f"{line}/{name['tour']}"
    if {"vacancy", "nomination"} <= name.keys():
        yield "nomination", f"{name['vacancy']}/{name['nomination']}"
    yield from ((kind, name[kind]) for kind in COLUMNS if kind in name)
    if line:
        yield "line", line
    if "mandate" in name:
        yield "mandate", name["mandate"]
    missions = [name[key] for key in ("from_mission", "to_mission", "mission") if key in name]
    yield from (("mission", mission) for mission in dict.fromkeys(missions))


def of_rows(results: Iterable[ReportResult]) -> Iterator[Named]:
    """What the rows of tables name in columns whose things need not have a page."""
    for result in results:
        columns = [column for column, _ in result.columns]
        wanted = [(at, column) for at, column in enumerate(columns) if column in _NAMING]
        for row in result.values if wanted else ():
            for at, column in wanted:
                yield from _in_cell(column, row[at])


def _in_cell(column: str, value: object) -> Iterator[Named]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield from ((kind, one) for kind in kinds_of(column, one))


def only(value: object) -> str:
    """The name that a cell holds, also as the only one of a list; empty if it holds another thing."""
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    return value if isinstance(value, str) else ""


def kinds_of(column: str, value: str) -> tuple[str, ...]:
    """The kinds of thing that a value can be an id of."""
    return _OF_IDS.get((column, value.count("/")), (column,) if column in COLUMNS else ())


async def linked_things(
    session: ReadSession, sheet: Sheet, thing: NamedValues | None, results: Iterable[ReportResult]
) -> frozenset[Named]:
    """What the facts and the tables of a page are links to."""
    facts = thing or {}
    of_facts = (named for column in facts.keys() & _NAMING for named in _in_cell(column, facts[column]))
    of_thing = of_event(facts) if sheet.thing == "events" else of_facts
    return await with_pages(session, chain(of_thing, of_rows(results)))


async def with_pages(session: ReadSession, named: Iterable[Named]) -> frozenset[Named]:
    """Those of the named things that have a page on the day, of what the reader may see."""
    each = list(dict.fromkeys(named))
    if not each:
        return frozenset()
    statement = query("with_pages")
    values = {"kinds": [kind for kind, _ in each], "names": [name for _, name in each], "as_of": session.as_of}
    rows = await session.connection.fetch(statement.sql, *statement.values(values))
    return frozenset((row["kind"], row["name"]) for row in rows)
