"""`forcegen compare`: a report on two days, or as known at two instants: what differs, and by which events."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import quote

import typer

from cli import complete
from cli.commands.report import FORMAT_HELP, AsKnownAt, AsOf, Params, Since, parameters_of, pass_on
from cli.connect.endpoints import USUAL, Directory, QueryUrl, query_url
from cli.lazy import at_first_use
from cli.output.errors import WRONG_USAGE, CommandError
from cli.output.options import Json
from cli.output.tables import Only, TableColumn, column, number, prose, table
from cli.output.terminal import results
from contracts.json_object import JsonObject

with at_first_use():
    from cli.connect import http


class ComparisonFormat(StrEnum):
    """How a comparison is printed."""

    table = "table"
    json = "json"
    csv = "csv"
    parquet = "parquet"
    xlsx = "xlsx"


class Part(StrEnum):
    """A table of a comparison."""

    rows = "rows"
    events = "events"
    totals = "totals"


Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="The report; `forcegen report` lists them.", autocompletion=complete.reports),
]
BeforeAsOf = Annotated[
    datetime | None,
    typer.Option("--before-as-of", formats=["%Y-%m-%d"], metavar="DATE", help="The day to compare with."),
]
BeforeKnown = Annotated[
    str | None,
    typer.Option("--before-as-known-at", metavar="INSTANT", help="The instant whose knowledge to compare with."),
]
As = Annotated[ComparisonFormat, typer.Option("--format", "-f", help=FORMAT_HELP)]
Section = Annotated[
    Part | None, typer.Option("--section", help="The table that csv and parquet hold; rows unless given.")
]
COLUMNS: Final[tuple[TableColumn, ...]] = (
    *(column("kind"), number("people"), number("tours"), prose("sentence", "what happened"), column("mission")),
    *(column("tour"), column("recorded"), column("event")),
)
_OF_EVENTS: Final = ("sentence", "recorded", "event")
"""The columns of an event that is not said to explain a change."""


def compare(  # noqa: PLR0913  one argument for each option
    name: Name,
    before_as_of: BeforeAsOf = None,
    before_as_known_at: BeforeKnown = None,
    as_of: AsOf = None,
    as_known_at: AsKnownAt = None,
    since: Since = None,
    param: Params = None,
    *,
    form: As = ComparisonFormat.table,
    section: Section = None,
    api: QueryUrl = None,
    directory: Directory = USUAL,
    columns: Only = None,
    as_json: Json = False,
) -> None:
    """Compare a report on two days, or as known at two instants: what differs, and by which events.

    \b
    Examples:
      forcegen compare strength --before-as-of 2022-05-31 --as-of 2022-06-30
      forcegen compare strength --as-of 2022-06-30 --before-as-known-at 2022-07-01T00:00:00Z
      forcegen compare who-is-where --before-as-of 2022-05-31 --param missions=UNIFIL --json
      forcegen compare strength --before-as-of 2022-05-31 --format xlsx > strength-compared.xlsx
      forcegen compare strength --before-as-of 2022-05-31 --format csv --section events > events.csv
    \b
    Exit codes: 0 shown; 1 there is no such report, or the API does not answer; 2 the command line is wrong.
    """
    form = ComparisonFormat.json if as_json and form is ComparisonFormat.table else form
    if columns is not None and form is not ComparisonFormat.table:
        raise CommandError("--columns goes with a table: leave it out, or leave out --format.", WRONG_USAGE)
    if section is not None and form not in (ComparisonFormat.csv, ComparisonFormat.parquet):
        remedy = "leave it out, or choose one of these."
        raise CommandError(f"--section goes with --format csv and --format parquet: {remedy}", WRONG_USAGE)
    parameters = parameters_of(as_of, as_known_at, since, None, param or (), form.value)
    parameters += [("section", section.value)] if section else []
    parameters += [("before_as_of", before_as_of.date().isoformat())] if before_as_of else []
    parameters += [("before_as_known_at", before_as_known_at)] if before_as_known_at else []
    address = f"{query_url(api, directory)}/v1/reports/{quote(name, safe='')}/compare"
    if form is ComparisonFormat.table:
        _show(name, http.get_json(address, parameters), columns)
    else:
        pass_on(address, parameters, form.value)


def _show(name: str, answer: JsonObject, only: str | None) -> None:
    out = results()
    states = " and ".join(_state(answer[side]) for side in ("before", "after"))
    out.print(f"{name}, {states}", style="bold", soft_wrap=True)
    for total, more in answer["difference"].items():
        out.print(f"{total}: {answer['before']['totals'][total]:,} → {answer['after']['totals'][total]:,} ({more:+,})")
    counts = {kind: sum(row["change"] == kind for row in answer["rows"]) for kind in ("added", "gone", "changed")}
    out.print("Rows: " + ", ".join(f"{number_of} {kind}" for kind, number_of in counts.items()))
    events = answer["events"] if answer["explained"] is None else answer["explained"]
    columns = COLUMNS if answer["explained"] is not None else tuple(c for c in COLUMNS if c.name in _OF_EVENTS)
    shown = table(*columns)
    for event in events:
        shown.row(*(_cell(event.get(each.name), each.name) for each in columns))
    shown.show(only)
    if answer["unexplained"]:
        out.print(answer["unexplained"], soft_wrap=True)


def _state(state: JsonObject) -> str:
    known = f" as known at {state['as_known_at']}" if state["as_known_at"] else ""
    return f"{state['as_of']}{known}"


def _cell(value: object, name: str) -> str | None:
    if value is None:
        return None
    return f"{value:+,}" if name in ("people", "tours") and isinstance(value, int) else str(value)
