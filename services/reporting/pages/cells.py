"""A value of a report as a reader sees it: in the reader's language, and with a link to its details."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from urllib.parse import quote, urlencode

from services.reporting.pages.i18n import Words
from services.reporting.pages.linked import PATHS, Named, kinds_of, only
from services.reporting.pages.missions import NamedMission, named_mission
from services.reporting.pages.sentences import sentence
from services.reporting.query.values import NamedValues
from services.reporting.reports.formats import ReportResult

CODES: Final = frozenset(
    {
        *("category", "categories", "rank", "status", "state", "kind", "replacement", "waits_for", "on_whom", "what"),
        *("step", "type", "found_in", "qualifier", "measure", "why", "personnel_type", "departure_reason", "payer"),
        *("note", "required", "recorded", "missing", "change"),
    }
)
"""Columns whose texts are codes of the domain, not free text."""
NUMBERS: Final = frozenset({"int2", "int4", "int8", "float4", "float8", "numeric"})
"""Postgres types whose columns are right-aligned."""
_ISO_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_ISO_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
"""Patterns for lists, which come as JSON and so without date types."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The content of a table cell."""

    text: str
    href: str = ""
    is_number: bool = False
    is_unknown: bool = False
    expanded: str = ""
    """What the text stands for, if it is an acronym."""


@dataclass(frozen=True, slots=True)
class OccupancyBar:
    """Present, planned and ceiling as percentages; the text beside the bar gives the numbers."""

    present: float
    planned: float
    is_over: bool
    is_closed: bool
    """Whether nobody new may be sent: what is left of the bar is no headroom."""


@dataclass(frozen=True, slots=True)
class PageAddress:
    """Addresses of pages, all with the day, the instant and the language that the reader has chosen."""

    kept: Mapping[str, str]
    root: str = ""
    """The prefix of every path, if a proxy puts the pages under one."""
    archive: str = ""
    """Where browsers find the archive's pages; empty if that is not known."""
    linked: frozenset[Named] = frozenset()
    """Of what the page names, the things that have a page of their own."""

    def thing(self, kind: str, name: str) -> str:
        """The address of a thing's page; empty if it has none."""
        return self.of(f"{PATHS[kind]}/{quote(name)}") if (kind, name) in self.linked else ""

    def of(self, path: str, **more: str) -> str:
        query_string = urlencode({**self.kept, **more})
        return f"{self.root}{path}?{query_string}" if query_string else f"{self.root}{path}"

    def without(self, *names: str) -> "PageAddress":
        return replace(self, kept={name: value for name, value in self.kept.items() if name not in names})


def cell(column: str, row: NamedValues, words: Words, address: PageAddress) -> Cell | OccupancyBar:
    """The cell of a column in a row."""
    if column == "bar":
        return bar(row)
    if column == "type" and "running_sum" in row:
        return Cell(sentence(row, words))
    value = _closed(row) if column == "closed_to_new" else row.get(column)
    if value is None or value == []:
        return Cell("–", is_unknown=True)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    named = _named(column, row, words)
    if named and column in OF_A_MISSION:
        return Cell(named.name if column == "name" else named.place)
    text, expanded = _text(column, value, words), named.expanded if named else ""
    return Cell(text, _link(column, row, address), is_number=number, expanded=expanded)


def _closed(row: NamedValues) -> list[str]:
    """Which missions of a ceiling take nobody new: of a mission's own ceiling, that one or none."""
    return [mission for mission in row["closed_to_new"] if row["mission"] in (None, mission)]


OF_A_MISSION: Final = ("name", "host_area")
"""Columns of a mission that are said in the reader's language, where the mission is known."""


def _named(column: str, row: NamedValues, words: Words) -> NamedMission | None:
    """The mission that a cell names, or is about."""
    is_of_mission = column == "mission" or (column in OF_A_MISSION and "host_area" in row)
    mission = row.get("mission") if is_of_mission else None
    return named_mission(mission, words) if isinstance(mission, str) else None


def bar(row: NamedValues) -> OccupancyBar:
    """A bar as wide as the ceiling; a number above the ceiling fills all of it and is marked."""
    limit = row["ceiling"] + row["waived"]
    most = max(limit, row["present"], row["fullest_planned"], 1)
    present = 100 * row["present"] / most
    planned = max(0.0, 100 * row["fullest_planned"] / most - present)
    return OccupancyBar(round(present, 2), round(planned, 2), row["present"] > limit, takes_nobody(row))


def takes_nobody(row: NamedValues) -> bool:
    """Whether every mission of a ceiling is in drawdown or closed: then it has no headroom (I8)."""
    own = [row["mission"]] if row["mission"] else row["missions"]
    return set(own) <= set(row["closed_to_new"])


def _text(column: str, value: object, words: Words) -> str:
    match value:
        case int() if column == "change":
            return words.change(value)
        case bool():
            return words.say("yes" if value else "no")
        case int() | float():
            return words.number(value)
        case datetime():
            return words.day(value) if column == "effective" else words.instant(value)
        case date():
            return words.day(value)
        case list():
            return ", ".join(_text(column, one, words) for one in value)
        case str() if _ISO_DAY.fullmatch(value):
            return words.day(date.fromisoformat(value))
        case str() if _ISO_INSTANT.match(value):
            return _text(column, datetime.fromisoformat(value), words)
        case _ if column in CODES:
            return words.code(str(value))
        case _ if column in ("event", "last_event"):
            return words.say("show")
        case _ if column == "record":
            return words.say("proof")
        case _:
            return str(value)


def _link(column: str, row: NamedValues, address: PageAddress) -> str:
    """The link of a value; empty if there are no details behind it."""
    value = row[column]
    if column == "mission":
        return address.of(f"/missions/{quote(value)}")
    if column == "line" and "/" in value:
        return address.of(f"/lines/{quote(value)}")
    if column in ("event", "last_event"):
        return address.of(f"/events/{value}")
    if column == "id" and "terms_version" in row:
        return address.of(f"/lines/{quote(value)}")
    if kinds := kinds_of(column, name := only(_closed(row) if column == "closed_to_new" else value)):
        return next(filter(None, (address.thing(kind, name) for kind in kinds)), "")
    if column in ("tour", "id", "replaced_by", "concerns"):
        return _tour(str(value), row, address)
    if column in ("people", "present") and row.get(column):
        return _behind(row, address)
    if column == "record":
        return f"{address.archive}/messages/{value}" if address.archive else ""
    if column == "mandate":
        return address.of(f"/mandates/{quote(value)}")
    return ""


def _tour(value: str, row: NamedValues, address: PageAddress) -> str:
    """The link of a tour, named `<mandate>/<line>/<tour>`, or by the last part alone beside its line."""
    full = f"{row['line']}/{value}" if "line" in row and "/" not in value else value
    return address.of(f"/tours/{quote(full)}") if full.count("/") == 2 else ""


def _behind(row: NamedValues, address: PageAddress) -> str:
    """The page that explains a number of people: with all that the row counts them by."""
    if "tour" in row or "id" in row:
        return ""  # a single tour has a link of its own
    if "category" in row:
        cell_of = {name: row[name] for name in ("contributor", "mission", "category")}
        return address.of("/events", **cell_of, rank=row["rank"] or "none")
    if "line" not in row:
        return ""
    narrowed = {"mission": row["mission"]} if row["mission"] else {}
    day = {"as_of": row["valid_from"].isoformat()} if "valid_from" in row else {}
    return address.of("/events", line=row["line"], **narrowed, **day)


STRENGTHS: Final = ("strength", "who-is-where")
"""Reports whose total of people is a strength."""


def totals_row(
    report: str,
    columns: Sequence[str],
    result: ReportResult,
    path: Mapping[str, str],
    words: Words,
    address: PageAddress,
) -> list[Cell]:
    """The totals below the columns of a table; a strength leads to the page that explains it."""
    rows = result.rows if result.next is None else []  # of what State the other rows are is not known here
    behind = _total_link(path, rows, address) if report in STRENGTHS and result.values else ""
    return [
        Cell(words.number(result.totals[column]), behind if column == "people" else "")
        if column in result.totals
        else Cell("")
        for column in columns
    ]


def _total_link(path: Mapping[str, str], rows: Sequence[NamedValues], address: PageAddress) -> str:
    """The page that explains a total of people: of the page's mission or line, or else of the State, if it is one."""
    if "line" in path or "mission" in path:
        return address.of("/events", **{name: path[name] for name in ("line", "mission") if name in path})
    states = {row["contributor"] for row in rows}
    return address.of("/events", contributor=states.pop()) if len(states) == 1 else ""
