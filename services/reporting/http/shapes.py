"""The responses of the query API as types, made from `shapes.json`, so that a generated client has a field per column.

Responses are validated against these types in tests, not at run time: they are sent as Postgres and the formats write
them.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, create_model

from kernel.http.models import WITHOUT_SOURCE
from services.reporting.query.consistency import FreshnessState
from services.reporting.reports.catalogue import REPORTS, ReportDefinition
from services.reporting.reports.evidence import EvidenceState
from services.reporting.reports.receipts import Receipt

_PYTHON: Final[Mapping[str, Any]] = {  # `Any`: types, `list[str]` among them, which no type describes
    **{"text": str, "uuid": UUID, "int4": int, "int8": int, "float8": float, "bool": bool},
    **{"date": date, "timestamptz": datetime, "text[]": list[str], "int4[]": list[int], "json": dict[str, object]},
}
Fields: TypeAlias = dict[str, Any]
"""`Any`: the fields of a model that is created here, in the form that pydantic takes."""
_ALWAYS: Final = frozenset({"id", "incomplete"})
"""Columns of lists that always have a value."""


class ResponseBody(BaseModel):
    """What the query API shows."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class SubCeilingBody(ResponseBody):
    """The most people of a line in one of its missions."""

    mission: str
    ceiling: int


class FreshnessShown(ResponseBody):
    """How the views stood to the token that was waited for."""

    state: FreshnessState
    behind_events: int


class ReportColumn(ResponseBody):
    """A column of a report."""

    name: str
    type: str
    """As Postgres names it."""


class PageBody(ResponseBody):
    """What is said of any page of a list."""

    next: str | None
    """What to send as `cursor` for the next page."""
    as_of: date
    as_known_at: datetime | None
    incomplete: bool
    """Whether an event that the answer should rest on is parked."""
    freshness: FreshnessShown | None = None
    """Where `wait_for` was sent."""


class EvidenceShown(ResponseBody):
    """What an answer rests on, so that one without rows is not taken for more."""

    state: EvidenceState
    """`found`: there are rows. `compared`: there are none, and something was compared. `nothing`: nothing on record
    could be compared. `before_first`: what could be compared begins after the day."""
    compared: int | None
    """How many records were compared; null if rows were found and nobody counted."""
    first_day: date | None
    """The first day of such a record, whatever the day of the question."""
    last_day: date | None
    """The newest day of such a record until the day of the question."""


class ReportBody(PageBody):
    """What is said of any report."""

    columns: list[ReportColumn]
    evidence: EvidenceShown
    receipt: Receipt | None = None
    """Where `receipt` was sent."""


class ReportEntry(ResponseBody):
    """A report, and what it takes."""

    name: str
    description: str
    parameters: list[str]
    required: list[str]
    exactly_one_of: list[str]


class ReportList(ResponseBody):
    """All reports."""

    reports: list[ReportEntry]


class Consumed(ResponseBody):
    """How far a partition is in the views."""

    consumer: str
    topic: str
    partition: int
    next_offset: int


class ViewsPosition(ResponseBody):
    """How far the views are."""

    consumed: list[Consumed]


class Parked(ResponseBody):
    """An event that cannot be applied yet; its stream waits behind it."""

    service: str
    stream: str
    version: int
    type: str
    id: UUID
    error: str | None
    attempts: int
    since: datetime
    topic: str
    partition: int
    offset: int


class ParkedPage(ResponseBody):
    """Events that cannot be applied yet, oldest first."""

    items: list[Parked]
    next: str | None
    """What to send as `cursor` for the page after it; null on the last."""


@cache
def _shapes() -> Mapping[str, Mapping[str, str]]:
    shapes: dict[str, dict[str, str]] = json.loads(files(__package__).joinpath("shapes.json").read_text())
    return shapes


def columns(shape: str) -> Mapping[str, str]:
    """The columns of a shape (`lists/tours`, `reports/strength`), with their Postgres types."""
    return _shapes()[shape]


_NESTED: Final = {
    **{"lists/lines sub_ceilings": SubCeilingBody, "lists/applications answered_by": str},
    **{"lists/lines waivers": "waiver", "lists/tours stays": "stay", "lists/tours consents": "consent"},
    **{"lists/tours date_changes": "date_change", "lists/frameworks documents": "legal_document"},
    **{"lists/lines terms": "term"},
}
"""Columns that hold a list: of a type, or of rows that `generate_shapes.INSIDE` selects."""


def _words(name: str) -> str:
    return "".join(word.capitalize() for word in name.replace("_", "-").split("-"))


@cache
def _row(shape: str, name: str) -> type[BaseModel]:
    fields: Fields = {}
    for column, kind in _shapes()[shape].items():
        inside = _NESTED.get(f"{shape} {column}")
        if isinstance(inside, str):
            inside = _row(f"inside/{inside}", _words(inside))
        always = inside or kind == "json" or (column in _ALWAYS and shape.startswith("lists/"))
        python = list[inside] if inside else _PYTHON[kind]  # type: ignore[valid-type]
        fields[_field(column)] = (python if always else python | None, Field(..., alias=column))
    return create_model(name, __base__=ResponseBody, __cls_kwargs__=WITHOUT_SOURCE, **fields)


def _field(column: str) -> str:
    """A field name that pydantic allows; the column keeps its own as an alias."""
    return f"{column}_" if hasattr(BaseModel, column) else column


@cache
def item(name: str) -> type[BaseModel]:
    """An item of a list."""
    return _row(f"lists/{name}", f"{_words(name)}Item")


@cache
def page(name: str) -> type[BaseModel]:
    """A page of a list."""
    fields: Fields = {"items": (list[item(name)], ...)}  # type: ignore[misc]
    return create_model(f"{_words(name)}Page", __base__=PageBody, __cls_kwargs__=WITHOUT_SOURCE, **fields)


@cache
def answer(name: str) -> Any:
    """The response of a report, or of each of its sources. `Any`: Python cannot type a union that is built here."""
    report = REPORTS[name]
    shapes: Any = _answer(name, name, report)
    for source, other in report.other_sources.items():
        shapes = shapes | _answer(name, f"{name} {source}", other)
    return shapes


def _answer(name: str, shape: str, report: ReportDefinition) -> type[BaseModel]:
    words = _words(shape.replace(" ", "-"))
    totals: Fields = {_field(column): (int, Field(..., alias=column)) for column in report.totals}
    fields: Fields = {
        "report": (Literal[name], ...),
        "rows": (list[_row(f"reports/{shape}", f"{words}Row")], ...),  # type: ignore[misc]
        "totals": (create_model(f"{words}Totals", __base__=ResponseBody, __cls_kwargs__=WITHOUT_SOURCE, **totals), ...),
    }
    return create_model(f"{words}Report", __base__=ReportBody, __cls_kwargs__=WITHOUT_SOURCE, **fields)
