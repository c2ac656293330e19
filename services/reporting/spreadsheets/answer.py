"""Answers of reports as a workbook: a sheet each, and the sheet that tells where they come from."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from services.reporting.pages.cells import NUMBERS
from services.reporting.pages.i18n import Words
from services.reporting.reports import receipts
from services.reporting.reports.formats import ReportResult, as_json
from services.reporting.spreadsheets.about import Provenance, SheetOrigin, about, foot
from services.reporting.spreadsheets.values import head, rows_of
from services.reporting.spreadsheets.workbook import WorkbookFacts, WorkbookSheet, workbook

_ONE_AT_A_TIME: Final = ThreadPoolExecutor(1, "workbook")
"""A long workbook takes seconds of computing: other requests go on meanwhile, and memory is that of one."""

CUT: Final = "… ({} characters in all)"
"""The end of a text that is too long for a cell."""


@dataclass(frozen=True, slots=True)
class AnsweredSheet:
    """An answer that becomes a sheet."""

    title: str
    result: ReportResult
    path: str
    """The path of the same answer in the API, with the prefix of a proxy."""
    parameters: Mapping[str, object]
    """Its parameters besides the day and the instant; a list for a parameter that is repeated."""
    report: str = ""
    """The name of the report; empty for a list of things, which has no receipt."""
    note: str = ""
    """What it rests on, in the reader's language."""

    def origin(self, base: str, made_at: datetime) -> SheetOrigin:
        """Where it comes from; `base` is the address of the service."""
        known = self.result.as_known_at or made_at
        answer = as_json(self.report, replace(self.result, as_known_at=known)) if self.report else None
        return SheetOrigin(
            title=self.title,
            rows=len(self.result.values),
            totals=self.result.totals,
            note=self.note,
            has_more=self.result.next is not None,
            address=self.address(base, made_at),
            digest=receipts.digest(answer) if answer else "",
        )

    def address(self, base: str, made_at: datetime) -> str:
        """The address of the same answer, with the day and the instant fixed."""
        fixed = {"as_of": self.result.as_of, "as_known_at": instant(self.result.as_known_at or made_at)}
        parameters = {name: _sent(value) for name, value in {**self.parameters, **fixed}.items()}
        return f"{base}{self.path}?{urlencode(parameters, doseq=True)}"


def instant(moment: datetime) -> str:
    """An instant as it stands in an address."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


async def workbook_of(
    sheets: Sequence[AnsweredSheet], provenance: Callable[[Sequence[SheetOrigin]], Provenance], base: str, words: Words
) -> bytes:
    """The workbook, written beside the requests that go on; `provenance` is made of the sheets' origins."""
    made_at = provenance(()).made_at

    def write() -> bytes:
        of = provenance([sheet.origin(base, made_at) for sheet in sheets])
        pages = [_sheet(sheet, words) for sheet in sheets]
        facts = WorkbookFacts(of.title, foot(of, words), made_at, words.say(CUT))
        return workbook([*pages, about(of, words)], facts)

    return await asyncio.get_running_loop().run_in_executor(_ONE_AT_A_TIME, write)


def _sheet(sheet: AnsweredSheet, words: Words) -> WorkbookSheet:
    columns = sheet.result.columns
    texts = [at for at, (_, kind) in enumerate(columns) if kind not in NUMBERS]
    heads = [head(column, kind, words) for column, kind in columns]
    return WorkbookSheet(sheet.title, heads, rows_of(columns, sheet.result.values, words), texts)


def _sent(value: object) -> object:
    """A value as an address carries it."""
    return str(value).lower() if isinstance(value, bool) else value
