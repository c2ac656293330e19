"""CSV as a spreadsheet of the reader's region takes it. Without any of these options it is `formats.as_csv`."""

import csv
import io
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from services.reporting.pages.i18n import Words
from services.reporting.reports.formats import ReportResult, as_csv, csv_cell
from services.reporting.spreadsheets.values import cell_value, head

Separator: TypeAlias = Literal["comma", "semicolon"]
_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How the file is written."""

    labels: Words | None = None
    """The language of the column labels and of the words for codes; None for the names and codes of the API."""
    bom: bool = False
    """Whether the file begins with a byte order mark, by which Excel knows UTF-8."""
    separator: Separator = "comma"
    """With a semicolon, the decimal sign is a comma: the regions that write one write the other."""


def csv_text(result: ReportResult, form: CsvForm) -> str:
    """The answer as CSV; every text is guarded as in any CSV of ours."""
    if form == CsvForm():
        return as_csv(result)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if form.separator == "semicolon" else ",")
    writer.writerow([head(*column, form.labels) if form.labels else column[0] for column in result.columns])
    for row in result.values:
        writer.writerow([_cell(*column, value, form) for column, value in zip(result.columns, row, strict=True)])
    return (_BOM if form.bom else "") + text.getvalue()


def _cell(column: str, kind: str, value: object, form: CsvForm) -> object:
    if form.labels and isinstance(value, bool):
        return form.labels.say("yes" if value else "no")
    if form.labels and not isinstance(value, int | float):
        value = cell_value(column, kind, value, form.labels)
    if isinstance(value, float) and form.separator == "semicolon":
        return str(value).replace(".", ",")
    return csv_cell(value)
