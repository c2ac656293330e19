"""A batch of Kafka records as rows of the archive. The offsets move in the same transaction, so each is kept once."""

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from kernel.consumer import Records
from kernel.postgres import Connection
from kernel.reading import Write
from kernel.records import DeadLetter

COLUMNS = ("topic", "part", "offset", "timestamp", "key", "value", "headers")


def prepare(records: Records) -> Write:
    """Rows for one COPY: bytes stay bytes; headers keep their order and their repeats."""
    rows = [
        (
            record.topic,
            record.partition,
            record.offset,
            datetime.fromtimestamp(record.timestamp / 1000, UTC),
            record.key,
            record.value,
            headers(record.headers),
        )
        for record in records
    ]

    async def write(connection: Connection) -> Sequence[DeadLetter]:
        await connection.copy_records_to_table("records", records=rows, columns=COLUMNS)
        return ()

    return write


def headers(raw: Sequence[tuple[str, bytes | None]]) -> bytes:
    """Headers as bytes that give back exactly what came: names with their values in hexadecimal, null as null."""
    return orjson.dumps([[name, None if value is None else value.hex()] for name, value in raw])
