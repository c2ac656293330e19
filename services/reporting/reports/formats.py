"""The answer of a report as JSON, CSV or Parquet, all with the same rows."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import orjson
import pyarrow
import pyarrow.parquet

from contracts.json_object import JsonObject
from services.reporting.query.consistency import Freshness
from services.reporting.query.values import NamedValues
from services.reporting.reports.csv_cells import guarded
from services.reporting.reports.evidence import ReportEvidence

PARQUET: Final = "application/vnd.apache.parquet"
_PARQUET_TYPES: Final[JsonObject] = {
    "text": pyarrow.string(),
    "uuid": pyarrow.string(),
    "int4": pyarrow.int32(),
    "int8": pyarrow.int64(),
    "float8": pyarrow.float64(),
    "bool": pyarrow.bool_(),
    "date": pyarrow.date32(),
    "timestamptz": pyarrow.timestamp("us", tz="UTC"),
    "text[]": pyarrow.list_(pyarrow.string()),
    "int4[]": pyarrow.list_(pyarrow.int32()),
}
"""Parquet types by the Postgres type of a column."""


@dataclass(frozen=True, slots=True)
class ReportResult:
    """The answer of a report."""

    as_of: date
    as_known_at: datetime | None
    """None for the present knowledge."""
    columns: Sequence[tuple[str, str]]
    """Names and types."""
    values: Sequence[Sequence[object]]
    """The values of each row, in the order of the columns."""
    totals: NamedValues
    next: str | None
    incomplete: bool
    freshness: Freshness | None
    """None if the request did not wait."""
    evidence: ReportEvidence
    """What the answer rests on."""

    @property
    def rows(self) -> list[JsonObject]:
        """The rows as objects by column name, built on each call."""
        names = [column for column, _ in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.values]


def as_json(name: str, result: ReportResult) -> JsonObject:
    """An answer as the API returns it."""
    return {
        "report": name,
        "as_of": result.as_of,
        "as_known_at": result.as_known_at,
        "incomplete": result.incomplete,
        "columns": [{"name": column, "type": kind} for column, kind in result.columns],
        "rows": result.rows,
        "totals": result.totals,
        "next": result.next,
        "evidence": asdict(result.evidence),
        **({"freshness": asdict(result.freshness)} if result.freshness else {}),
    }


def json_bytes(body: object) -> bytes:
    """A body as JSON bytes; days and instants are written as ISO 8601."""
    return orjson.dumps(body, default=str)


def as_csv(result: ReportResult) -> str:
    """The answer as CSV: lists are joined by semicolons; an empty cell is unknown or does not apply."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column for column, _ in result.columns])
    writer.writerows(map(csv_cell, row) for row in result.values)
    return text.getvalue()


def as_parquet(name: str, result: ReportResult) -> bytes:
    """The answer as Parquet: each column is typed, an unknown value is null, and the file's metadata holds the rest."""
    metadata = {key: value for key, value in as_json(name, result).items() if key not in ("columns", "rows")}
    fields = [pyarrow.field(column, _PARQUET_TYPES[kind]) for column, kind in result.columns]
    schema = pyarrow.schema(fields, metadata={"forcegen": json_bytes(metadata)})
    rows = [{column: _plain(value) for column, value in row.items()} for row in result.rows]
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), file)
    return file.getvalue()


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value


def csv_cell(value: object) -> object:
    """Keeps a value that a spreadsheet would take for a formula as text (csv_cells.py)."""
    value = ";".join(map(str, value)) if isinstance(value, list) else value
    return guarded(value) if isinstance(value, str) else value
