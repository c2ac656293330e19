"""A page as a file for a spreadsheet: one of its tables as CSV, or all of them as a workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from fastapi import Request, Response

from kernel.http.problem_details import Problem
from kernel.http.problem_types import NOT_FOUND
from services.reporting.http import report_files, responses, shapes
from services.reporting.pages.catalogue import Section, Sheet
from services.reporting.pages.cells import PageAddress
from services.reporting.pages.evidence_words import sentences
from services.reporting.pages.focus import OF_A_TABLE
from services.reporting.pages.render import PageContent, Question, title_of
from services.reporting.query.scope import Scope
from services.reporting.reports.evidence import ReportEvidence
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import EVERYWHERE
from services.reporting.spreadsheets.about import Provenance, SheetOrigin
from services.reporting.spreadsheets.answer import AnsweredSheet, instant, workbook_of
from services.reporting.spreadsheets.csv_form import CsvForm, csv_text

CSV_FORM: Final = ("labels", "bom", "separator")
"""Parameters of a page's CSV, besides those of the page and `section`."""


def page_csv(question: Question, shown: PageContent) -> Response:
    """One table of the page: the first, or the one that `section` names; raises `Problem`."""
    if not shown.sections:
        raise Problem(NOT_FOUND, "This page has no table.", field="section", remedy="Ask for its .json.")
    [name] = shown.sections
    terms, result = question.terms, shown.sections[name]
    form = CsvForm(question.words if terms.labels else None, terms.bom, terms.separator)
    return responses.csv_file(name, result, csv_text(result, form), question.words.language if terms.labels else "")


async def page_workbook(
    request: Request, sheet: Sheet, question: Question, shown: PageContent, scope: Scope
) -> Response:
    """Every table of the page."""
    words, made_at, base = question.words, datetime.now(UTC), report_files.base_of(request)
    sections = [one for one in sheet.sections if one.name in shown.sections]
    sheets = [_sheet(one, question, shown) for one in sections] or _unnamed(sheet, question, shown)
    known, unfiltered = question.terms.as_known_at, {*EVERYWHERE, *OF_A_TABLE, "lang"}

    def provenance(origins: Sequence[SheetOrigin]) -> Provenance:
        return Provenance(
            title=title_of(sheet, question, shown),
            as_of=question.as_of,
            as_known_at=known,
            made_at=made_at,
            filters={name: value for name, value in question.kept.items() if name not in unfiltered},
            states=None if scope is None else sorted(scope),
            change=question.changes,
            incomplete=any(result.incomplete for result in shown.sections.values()),
            address=base + _fixed(question, known or made_at),
            origins=origins,
        )

    content = await workbook_of(sheets, provenance, base, words)
    whole = next(iter(shown.sections.values()), _NOTHING)
    dated = replace(whole, as_of=question.as_of, as_known_at=known, next=None)
    return responses.workbook_file(sheet.name, dated, content, words.language)


_NOTHING: Final = ReportResult(date.min, None, (), (), {}, None, False, None, ReportEvidence("found"))
"""The answer of a page without tables."""


def _fixed(question: Question, known: datetime) -> str:
    """The address of the page, with the day, the instant and the language fixed."""
    fixed = {"as_of": str(question.as_of), "as_known_at": instant(known), "lang": question.words.language}
    return PageAddress({**question.kept, **fixed}, question.root).of(question.at.removesuffix(".xlsx"))


def _sheet(section: Section, question: Question, shown: PageContent) -> AnsweredSheet:
    words, result = question.words, shown.sections[section.name]
    if section.listed:
        result = replace(result, columns=_typed(section.listed, result.columns))
    return AnsweredSheet(
        title=words.say(section.title),
        result=result,
        path=f"{question.root}/v1/{f'reports/{section.report}' if section.report else section.listed}",
        parameters=shown.given[section.name],
        report=section.report,
        note=" ".join(sentences(result.evidence, section, words)),
    )


def _unnamed(sheet: Sheet, question: Question, shown: PageContent) -> list[AnsweredSheet]:
    """The tables of a page that has no sections of its own: those of its JSON."""
    path = question.root + question.at.removesuffix(".xlsx") + ".json"
    title = question.words.say(sheet.title)
    return [AnsweredSheet(title, result, path, question.kept) for result in shown.sections.values()]


def _typed(listed: str, columns: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """The columns of a list with their Postgres types: its items come as JSON."""
    types: Mapping[str, str] = shapes.columns(f"lists/{listed}")
    return [(name, types.get(name, kind)) for name, kind in columns]
