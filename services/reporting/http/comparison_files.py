"""A comparison as a file for a spreadsheet: one of its tables as CSV or Parquet, or all of them as a workbook."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from fastapi import Request, Response

from kernel.http.proxied import root_of
from services.reporting.http import report_files, responses
from services.reporting.query.errors import BadParameter
from services.reporting.query.session import ReadModel
from services.reporting.reports.comparison import ReportComparison
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import EVERYWHERE, ReportParameters, check_form
from services.reporting.reports.receipts import NOT_OF_THE_QUESTION
from services.reporting.spreadsheets.about import Provenance, SheetOrigin
from services.reporting.spreadsheets.answer import AnsweredSheet, instant, workbook_of
from services.reporting.spreadsheets.comparison import TITLES, ComparisonTable, note_of, table_of
from services.reporting.spreadsheets.csv_form import CsvForm, csv_text
from services.reporting.spreadsheets.titles import REPORT_TITLES


def check_comparison_form(params: ReportParameters, section: ComparisonTable | None) -> None:
    """Raises `QueryError` for a parameter of the form of a file that says nothing in the requested format."""
    check_form(params)
    if section is not None and params.format not in ("csv", "parquet"):
        detail = f"section says nothing where the format is {params.format}: that has every table."
        raise BadParameter(detail, field="section", remedy="Send format=csv or format=parquet, or leave section out.")


def comparison_table(
    request: Request, name: str, params: ReportParameters, section: ComparisonTable, compared: ReportComparison
) -> Response:
    """One table of the comparison, as CSV or as Parquet."""
    words = report_files.spoken(request, params.lang if params.labels else "en")
    result = table_of(compared, section, words)
    if params.format == "parquet":
        return _with_the_state_before(responses.report_parquet(_file(name, section, compared), result), compared)
    text = csv_text(result, CsvForm(words if params.labels else None, params.bom, params.separator))
    response = responses.csv_file(_file(name, section, compared), result, text, words.language if params.labels else "")
    return _with_the_state_before(response, compared)


async def comparison_workbook(
    request: Request, name: str, params: ReportParameters, compared: ReportComparison, model: ReadModel
) -> Response:
    """Every table of the comparison."""
    words, made_at, base = report_files.spoken(request, params.lang), datetime.now(UTC), report_files.base_of(request)
    of_time = {"as_of", "as_known_at"}
    given = params.model_dump(mode="json", exclude_none=True, exclude={*NOT_OF_THE_QUESTION, *of_time})
    before = compared.before
    fixed = {"before_as_of": str(before.as_of), "before_as_known_at": instant(before.as_known_at or made_at)}
    path = f"{root_of(request)}/v1/reports/{name}/compare"
    results = {table: table_of(compared, table, words) for table in TITLES}
    sheets = [
        AnsweredSheet(words.say(TITLES[table]), result, path, {**given, **fixed}, note=note_of(compared, table, words))
        for table, result in results.items()
    ]
    whole = replace(sheets[0], parameters={**given, **fixed, "format": "xlsx", "lang": words.language})

    def provenance(origins: Sequence[SheetOrigin]) -> Provenance:
        return Provenance(
            title=f"{words.say('Compare')}: {words.say(REPORT_TITLES[name])}",
            as_of=compared.after.as_of,
            as_known_at=compared.after.as_known_at,
            made_at=made_at,
            filters={n: report_files.shown(v) for n, v in given.items() if n not in EVERYWHERE},
            states=None if model.scope is None else sorted(model.scope),
            change=model.change_feed.last,
            incomplete=results["rows"].incomplete,
            address=whole.address(base, made_at),
            origins=origins,
            compared_with=(before.as_of, before.as_known_at or made_at),
        )

    content = await workbook_of(sheets, provenance, base, words)
    response = responses.workbook_file(_file(name, "", compared), results["rows"], content, words.language)
    return _with_the_state_before(response, compared)


def _file(name: str, section: str, compared: ReportComparison) -> str:
    """The beginning of a file's name, which ends with the later day."""
    return "-".join(filter(None, (name, "compared", section, str(compared.before.as_of))))


def _with_the_state_before(response: Response, compared: ReportComparison) -> Response:
    before: ReportResult = compared.before
    response.headers["Forcegen-Before-As-Of"] = before.as_of.isoformat()
    if before.as_known_at:
        response.headers["Forcegen-Before-As-Known-At"] = before.as_known_at.isoformat()
    return response
