"""`forcegen report`: an answer of the query API, as a table at a terminal, unchanged in a pipe."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import quote

import typer

from cli import complete
from cli.connect.endpoints import USUAL, Directory, QueryUrl, query_url
from cli.lazy import at_first_use
from cli.output.errors import WRONG_USAGE, CommandError
from cli.output.tables import CellKind, Only, TableColumn, prose, table
from cli.output.terminal import is_terminal, notices, results
from contracts.json_object import JsonObject

with at_first_use():
    from cli.connect import http

BINARY: Final = ("xlsx", "parquet")
"""Formats that are no text."""
NUMBERS: Final = frozenset({"int2", "int4", "int8", "float4", "float8", "numeric"})
SENTENCE: Final = 40
"""A text with more characters, and with spaces, is prose."""


class Format(StrEnum):
    """How a report is printed."""

    table = "table"
    json = "json"
    csv = "csv"
    xlsx = "xlsx"
    parquet = "parquet"


Name = Annotated[
    str | None,
    typer.Argument(metavar="NAME", help="Without it, the reports are listed.", autocompletion=complete.reports),
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="The day of the report; today unless given."),
]
Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d"], metavar="DATE", help="The first day, for reports of a period."),
]
AsKnownAt = Annotated[
    str | None,
    typer.Option(
        "--as-known-at",
        metavar="INSTANT",
        help="What was on record at that instant, with its offset from UTC; unless given, what is known now.",
    ),
]
WaitFor = Annotated[
    str | None,
    typer.Option("--wait-for", metavar="TOKEN", help="Wait until the views hold what a command led to (its `token`)."),
]
Receipt = Annotated[
    bool, typer.Option("--receipt", help="JSON with a receipt, by which `forcegen verify` makes the report again.")
]
Params = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        "-p",
        metavar="KEY=VALUE",
        help="Any other parameter of the report; may be repeated.",
        autocompletion=complete.parameters,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="The same as `--format json`.")]
FORMAT_HELP: Final = "All but a table are passed on as the API sends them; --param lang=ru names the language of xlsx."
As = Annotated[Format, typer.Option("--format", "-f", help=FORMAT_HELP)]
Url = Annotated[bool, typer.Option("--url", help="Print the address of the answer, and do not ask.")]


def report(  # noqa: PLR0913  one argument for each option
    name: Name = None,
    as_of: AsOf = None,
    as_known_at: AsKnownAt = None,
    since: Since = None,
    param: Params = None,
    form: As = Format.table,
    api: QueryUrl = None,
    directory: Directory = USUAL,
    *,
    wait_for: WaitFor = None,
    receipt: Receipt = False,
    url: Url = False,
    columns: Only = None,
    as_json: Json = False,
) -> None:
    """Show a report on a day. Its numbers are those of the query API, and nothing is computed here.

    \b
    Examples:
      forcegen report
      forcegen report strength --as-of 2014-07-01
      forcegen report strength --as-of 2014-07-01 --as-known-at 2014-09-01T00:00:00Z
      forcegen report headroom --wait-for deployments:line/kz-2013/observers:17
      forcegen report who-is-where --columns tour,person,mission,since
      forcegen report people-since --since 2014-01-01 --param missions=UNIFIL
      forcegen report ending-tours --param within_days=60 --param raised=true
      forcegen report events-behind --param tour=kz-2013/observers/t-2014-07
      forcegen report headroom --format csv > headroom.csv
      forcegen report strength --format xlsx > strength.xlsx
      forcegen report strength --format parquet > strength.parquet
      forcegen report strength --as-of 2022-06-30 --receipt > strength.json
    \b
    Exit codes: 0 shown; 1 there is no such report, or the API does not answer; 2 the command line is wrong.
    """
    form = Format.json if (receipt or as_json) and form is Format.table else form
    if columns is not None and form is not Format.table:
        raise CommandError("--columns goes with a table: leave it out, or leave out --format.", WRONG_USAGE)
    param = [*(param or []), *(["receipt=true"] if receipt else [])]
    address = f"{query_url(api, directory)}/v1/reports" + (f"/{quote(name, safe='')}" if name else "")
    parameters = parameters_of(as_of, as_known_at, since, wait_for, param, form.value if name else "table")
    if url:
        typer.echo(http.with_parameters(address, parameters))
    elif form is not Format.table:
        if name is None and form is not Format.json:
            raise CommandError(f"The list of reports is a table or JSON: name a report for {form.value}.", WRONG_USAGE)
        pass_on(address, parameters, form.value)
    elif name is None:
        _list(http.get_json(address, parameters), columns)
    else:
        _show(name, http.get_json(address, parameters), columns)


def pass_on(address: str, parameters: Sequence[tuple[str, str]], form: str) -> None:
    """Write an answer to standard output as the API sends it; beside it, whether it is a part of more.

    Raises:
        CommandError: the format is no text, and standard output is a terminal; or the API does not answer, or refuses.
    """
    if form in BINARY and is_terminal():
        raise CommandError(
            f"{form} is no text: send it to a file, as in `… --format {form} > file.{form}`.", WRONG_USAGE
        )
    answer = http.get(address, parameters)
    typer.echo(answer.content, nl=form == "json")
    if following := answer.headers.get("forcegen-next"):
        notices().print(f"There are more rows. Next: --param cursor={following}", soft_wrap=True)


def parameters_of(
    as_of: datetime | None,
    as_known_at: str | None,
    since: datetime | None,
    wait_for: str | None,
    given: Sequence[str],
    form: str = "table",
) -> list[tuple[str, str]]:
    """The parameters of an address, from the options of a command about a report."""
    days = [("as_of", as_of), ("since", since)]
    parameters = [(name, day.date().isoformat()) for name, day in days if day is not None]
    named = [("as_known_at", as_known_at), ("wait_for", wait_for)]
    parameters += [(name, text) for name, text in named if text]
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise typer.BadParameter(f"{text!r} is not KEY=VALUE, e.g. --param missions=UNIFIL.", param_hint="--param")
        parameters.append((name, value))
    return parameters + ([("format", form)] if form not in ("table", "json") else [])


def _list(answer: JsonObject, only: str | None) -> None:
    shown = table("report", prose("what", "what it shows"), prose("parameters"), prose("required"))
    for one in answer["reports"]:
        shown.row(one["name"], one["description"], ", ".join(one["parameters"]), _required(one))
    shown.show(only)


def _required(one: JsonObject) -> str:
    """The parameters that must be sent; one of several if there is a choice."""
    return ", ".join([*one["required"], *([" or ".join(one["exactly_one_of"])] if one.get("exactly_one_of") else [])])


def _show(name: str, answer: JsonObject, only: str | None) -> None:
    """Print the table with its totals, the day, and whether any events are still missing."""
    columns = [one for one in answer["columns"] if answer["incomplete"] or one["name"] != "incomplete"]
    shown = table(*(_column(one, answer["rows"]) for one in columns))
    names = [one["name"] for one in columns]
    for one in answer["rows"]:
        shown.row(*(_cell(one[column]) for column in names))
    if totals := answer.get("totals"):
        shown.total(*(_total(index, column, totals) for index, column in enumerate(names)))
    out = results()
    known = f", as known at {answer['as_known_at']}" if answer.get("as_known_at") else ""
    shown = shown if only is None else shown.only(only)
    out.print(f"{name}, as of {answer['as_of']}{known}", style="bold", soft_wrap=True)
    shown.show()
    if not answer["rows"]:
        out.print("No rows.")
    if following := answer.get("next"):
        out.print(f"There is more; the totals are those of all rows. Next: --param cursor={following}", soft_wrap=True)
    if (fresh := answer.get("freshness")) and fresh["state"] != "fresh":
        out.print(f"{fresh['state'].capitalize()}: {fresh['behind_events']} event(s) are not in these numbers yet.")
    if answer["incomplete"]:
        out.print("Incomplete: events that belong in these numbers are still waiting to be applied.", soft_wrap=True)


def _column(column: Mapping[str, str], rows: Sequence[JsonObject]) -> TableColumn:
    """A column as its cells need it: lists and sentences wrap, numbers stand on the right, names stay whole."""
    name = column["name"]
    if column["type"] in NUMBERS:
        kind = CellKind.number
    else:
        kind = CellKind.prose if any(_is_prose(row[name]) for row in rows) else CellKind.name
    return TableColumn(name, name.replace("_", " "), kind)


def _is_prose(value: object) -> bool:
    return isinstance(value, list) or (isinstance(value, str) and len(value) > SENTENCE and " " in value)


def _total(index: int, column: str, totals: JsonObject) -> str | None:
    if column in totals:
        return _cell(totals[column])
    return "total" if index == 0 else None


def _cell(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)
