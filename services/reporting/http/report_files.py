"""A report as a file for a spreadsheet: in the language that the request names, or that its header prefers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from fastapi import Request, Response

from kernel.http.languages import language_of
from kernel.http.proxied import root_of
from services.reporting.http import responses
from services.reporting.pages.catalogue import Section
from services.reporting.pages.evidence_words import sentences
from services.reporting.pages.i18n import Words, words
from services.reporting.query.session import ReadModel
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import EVERYWHERE, ReportParameters
from services.reporting.reports.receipts import NOT_OF_THE_QUESTION
from services.reporting.reports.run import find
from services.reporting.spreadsheets.about import Provenance, SheetOrigin
from services.reporting.spreadsheets.answer import AnsweredSheet, workbook_of
from services.reporting.spreadsheets.csv_form import CsvForm, csv_text
from services.reporting.spreadsheets.titles import REPORT_TITLES

_TIMES: Final = frozenset({"as_of", "as_known_at"})


def base_of(request: Request) -> str:
    """The address of the service as the caller wrote it, without a prefix."""
    return f"{request.url.scheme}://{request.url.netloc}"


def spoken(request: Request, language: str | None) -> Words:
    """The language of a file: the one that is named, else the best for `Accept-Language`."""
    return words(language_of(request, language or ""))


def report_csv(request: Request, name: str, params: ReportParameters, result: ReportResult) -> Response:
    """The report as CSV, in the form that the parameters ask for."""
    labels = spoken(request, params.lang) if params.labels else None
    text = csv_text(result, CsvForm(labels, params.bom, params.separator))
    return responses.csv_file(name, result, text, labels.language if labels else "")


async def report_workbook(request: Request, name: str, params: ReportParameters, model: ReadModel) -> Response:
    """The report as a workbook; raises `QueryError`."""
    language, change = spoken(request, params.lang), model.change_feed.last
    async with model.session(params) as session:
        result = await find(session, REPORTS[name], params)
    made_at, path = datetime.now(UTC), f"{root_of(request)}/v1/reports/{name}"
    given = params.model_dump(mode="json", exclude_none=True, exclude={*NOT_OF_THE_QUESTION, *_TIMES})
    title = language.say(REPORT_TITLES[name])
    sheet = AnsweredSheet(title, result, path, given, name, _evidence(name, params, result, language))
    whole = replace(sheet, parameters={**given, "format": "xlsx", "lang": language.language})

    def provenance(origins: Sequence[SheetOrigin]) -> Provenance:
        filters = {n: shown(v) for n, v in given.items() if n not in EVERYWHERE}
        return Provenance(
            title=title,
            as_of=result.as_of,
            as_known_at=result.as_known_at,
            made_at=made_at,
            filters=filters,
            states=None if model.scope is None else sorted(model.scope),
            change=change,
            incomplete=result.incomplete,
            address=whole.address(base_of(request), made_at),
            origins=origins,
        )

    content = await workbook_of([sheet], provenance, base_of(request), language)
    return responses.workbook_file(name, result, content, language.language)


def _evidence(name: str, params: ReportParameters, result: ReportResult, language: Words) -> str:
    """What the answer rests on; the pages have no words for that of another source than the register."""
    if REPORTS[name].of(vars(params).get("source")) is not REPORTS[name]:
        return ""
    section = Section(name, REPORT_TITLES[name], (), report=name, nothing="Nothing.")
    return " ".join(sentences(result.evidence, section, language))


def shown(value: object) -> str:
    """The value of a filter, as a text."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
