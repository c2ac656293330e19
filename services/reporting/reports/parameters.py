"""The parameters of reports. Each report takes some of these; a parameter that it does not take is refused."""

from functools import cache
from typing import Annotated, Final, Literal, TypeAlias, cast

from pydantic import Field, create_model

from contracts.words import Category, Contributor, Mission, PersonnelType, Rank, Slug
from kernel.http.models import WITHOUT_SOURCE
from kernel.http.parameters import Cursor, Day, Instant, Limit, Whole
from services.reporting.query.errors import BadParameter
from services.reporting.query.parameters import AsOf, LineId

TourId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}(/[a-z0-9-]{1,64}){2}$", examples=["kz-2013/observers/t-1"])]
"""`<mandate>/<line>/<tour>`."""
Language: TypeAlias = Literal["en", "ru", "kk"]
"""Those of `kernel.http.languages`."""


class ReportParameters(AsOf):
    """Every parameter of reports; `GET /v1/reports` lists which of them a report takes."""

    format: Literal["json", "csv", "parquet", "xlsx"] = "json"
    lang: Language | None = None
    """The language of a workbook, and of a CSV with labels; the best one for `Accept-Language` unless given."""
    labels: bool = False
    """Whether a CSV has labels of columns and words for codes, in place of the names and codes of the API."""
    bom: bool = False
    """Whether a CSV begins with a byte order mark, by which Excel knows that it is UTF-8."""
    separator: Literal["comma", "semicolon"] = "comma"
    """What separates the cells of a CSV; with `semicolon`, decimals are written with a comma."""
    receipt: bool = False
    """Whether the answer is to carry a receipt, with which it can be made again from the archive."""
    limit: Limit | None = None
    """Rows of a page; without it, the report comes whole. Totals are always those of the whole report."""
    cursor: Cursor | None = None
    """`next` of the page before."""
    since: Day | None = Field(None, examples=["2014-01-01"])
    """The first day of the period."""
    contributor: Contributor | None = None
    missions: list[Mission] | None = None
    """Only these missions; repeat the parameter for several."""
    categories: list[Category] | None = None
    """Only these categories; repeat the parameter for several."""
    types: list[PersonnelType] | None = None
    """Only these personnel types of the UN's returns; repeat the parameter for several."""
    mandate: Slug | None = None
    line: LineId | None = None
    tour: TourId | None = None
    mission: Mission | None = None
    """One mission."""
    category: Category | None = None
    """One category."""
    rank: Rank | Literal["none"] | None = None
    """One rank; `none` for tours whose rank is not on record."""
    closes_on: Day | None = Field(None, examples=["2022-07-01"])
    """The day on which the mission closes."""
    within_days: Annotated[int, Whole(1, 366)] | None = Field(None, examples=[90])
    """How many days ahead; 90 unless given."""
    published_before: Instant | None = Field(None, examples=["2014-09-01T00:00:00Z"])
    """The newest publication before this instant; the latest of all unless given."""
    source: Literal["register", "returns"] | None = None
    """What is counted: the register (unless given), or the UN's strength returns as published."""
    count: Literal["officers", "units"] | None = None
    """Only people on tours of their own, or only units."""
    level: Literal["overall", "mandate", "tour"] | None = None
    """Only the rows of this level; those of mandates and overall unless given."""
    raised: bool | None = None
    """Only rows that raise something (true), or that do not (false)."""
    over: bool | None = None
    """Only periods above the limit (true), or within it (false)."""
    all: bool | None = None
    """Also what the report leaves out unless asked: not in force on the day, or not kept in this register."""


FILE_FORM: Final = ("lang", "labels", "bom", "separator")
"""Parameters of the form of a file."""
EVERYWHERE = ("as_of", "as_known_at", "wait_for", "timeout", "format", *FILE_FORM, "receipt", "limit", "cursor")
"""Parameters that every report takes."""


def check_form(params: ReportParameters) -> None:
    """Raises `QueryError` for a parameter of the form of a file that says nothing in the requested format."""
    given = {
        "labels": params.labels,
        "bom": params.bom,
        "separator": params.separator != "comma",
        "lang": params.lang is not None,
    }
    meant = {"csv": {"labels", "bom", "separator", *(["lang"] if params.labels else [])}, "xlsx": {"lang"}}
    for name in (name for name in given if given[name] and name not in meant.get(params.format, ())):
        remedy = "Send labels=true too, or leave lang out." if (name, params.format) == ("lang", "csv") else ""
        remedy = remedy or f"Send format={'xlsx' if name == 'lang' else 'csv'}, or leave {name} out."
        raise BadParameter(f"{name} says nothing where the format is {params.format}.", field=name, remedy=remedy)


@cache
def parameters_of(name: str, accepted: tuple[str, ...], required: tuple[str, ...]) -> type[ReportParameters]:
    """The model of one report's parameters: those that it takes, and which of them it requires.

    FastAPI reads the documentation of a route from this model, and the model refuses all other parameters.
    """
    required_names = frozenset(required)
    fields = {
        field: (
            definition.annotation,
            Field(examples=definition.examples, description=definition.description)
            if field in required_names
            else definition,
        )
        for field, definition in ReportParameters.model_fields.items()
        if field in {*EVERYWHERE, *accepted}
    }
    words = "".join(word.capitalize() for word in name.split("-"))
    model = create_model(  # type: ignore[call-overload]
        f"{words}Parameters", __base__=AsOf, __cls_kwargs__=WITHOUT_SOURCE, **fields
    )
    return cast("type[ReportParameters]", model)
