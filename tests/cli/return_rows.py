"""Lines of a strength return as they are read."""

import csv
import io
from datetime import UTC, datetime

from cli.commands.send.ndjson import BadLine
from cli.strength_returns.remedies import COLUMNS
from cli.strength_returns.rows import ReturnRow, read_rows
from tests import returns

PUBLISHED = datetime(2012, 3, 15, tzinfo=UTC)
HEADER = returns.HEADER.encode() + b"\n"
GOOD = b"2012-01-31,XAA,State 0,UNIFIL,troops,106,4,110"


def read(*lines: bytes, header: bytes = HEADER, at: datetime = PUBLISHED) -> list[ReturnRow | BadLine]:
    return list(read_rows(io.BytesIO(header + b"\n".join(lines)), at, "made up"))


def changed(column: str, value: str) -> bytes:
    cells = dict(zip(COLUMNS, GOOD.decode().split(","), strict=True)) | {column: value}
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells.values())
    return text.getvalue().encode()
