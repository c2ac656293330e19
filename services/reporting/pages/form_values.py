"""What a page's own form is about: what the address has, else a default with which the page answers at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, TypeAlias

from contracts.limits import FIRST_DAY
from services.reporting.pages.catalogue import Field, Sheet
from services.reporting.queries import filtered, query
from services.reporting.query.session import ReadSession
from services.reporting.query.values import NamedValues
from services.reporting.reports.parameters import ReportParameters

YEAR: Final = timedelta(days=365)
HALF_A_YEAR: Final = timedelta(days=180)
NAMING: Final = frozenset({"mission", "mandate"})
"""Kinds of fields that take the name of a thing that is on record."""
LOOKED_UP: Final = frozenset({"the newest return", "the fullest mission"})
"""Defaults that the views have."""
Choices: TypeAlias = Mapping[str, Sequence[tuple[str, str]]]
"""By kind of thing, the names that are on record, each with what else it is called."""


@dataclass(frozen=True, slots=True)
class FormValues:
    """The content of a page's form."""

    values: NamedValues = field(default_factory=dict)
    """The value of each field that has one, given or by default."""
    choices: Choices = field(default_factory=dict)


async def read(session: ReadSession, sheet: Sheet, terms: ReportParameters) -> FormValues:
    """The content of the form of a page."""
    looked_up = any(field.default in LOOKED_UP for field in sheet.form)
    defaults = await read_defaults(session, terms) if looked_up else {}
    kinds: list[str] = sorted({field.kind for field in sheet.form} & NAMING)
    named = await session.connection.fetch(query("choices").sql, kinds) if kinds else []
    choices = {kind: [(row["name"], row["label"] or "") for row in named if row["kind"] == kind] for kind in kinds}
    return FormValues(values(sheet, terms, session.as_of, defaults), choices)


async def read_defaults(session: ReadSession, terms: ReportParameters) -> NamedValues:
    """The one row of `queries/page_defaults.sql`."""
    given = {"as_of": session.as_of, "contributor": terms.contributor}
    statement = filtered("page_defaults", given)
    row = await session.connection.fetchrow(statement.sql, *statement.values(given))
    return dict(row or {})


def values(sheet: Sheet, terms: ReportParameters, as_of: date, defaults: NamedValues) -> NamedValues:
    """The value of each field of the page's form: what was given, else its default."""
    every = ((one.name, _value(one, terms, as_of, defaults)) for one in sheet.form)
    return {name: value for name, value in every if value is not None}


def _value(one: Field, terms: ReportParameters, as_of: date, defaults: NamedValues) -> object:
    given = getattr(terms, one.name)
    if given is not None:
        return given
    a_year_before = max(FIRST_DAY, as_of - YEAR)
    match one.default:
        case "the day":
            return as_of
        case "half a year before":
            return max(FIRST_DAY, as_of - HALF_A_YEAR)
        case "a year before":
            return a_year_before
        case "five years before":
            return max(FIRST_DAY, as_of - 5 * YEAR)
        case "ten years before":
            return max(FIRST_DAY, as_of - 10 * YEAR)
        case "the newest return":
            return defaults.get("newest_return") or a_year_before
        case "the fullest mission":
            return defaults.get("fullest_mission")
        case "90":
            return 90
    return None
