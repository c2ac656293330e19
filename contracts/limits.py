"""The limits of all values, in one place: whatever is admitted can be stored, published and shown.

Each limit is the narrowest of those behind it (a column, an index, a record, a calendar); a test holds both together.
"""

from datetime import UTC, date, datetime
from typing import Final

FIRST_DAY: Final = date(1900, 1, 1)
"""The first day that can be recorded or asked for. Before it lie only unset dates of other systems (0001-01-01)."""
LAST_DAY: Final = date(2199, 12, 31)
"""The last day. Beyond it lie only marks for `without end` (9999-12-31); an end that is open is left out instead."""
FIRST_INSTANT: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""The first instant, the beginning of `FIRST_DAY` in UTC."""
LAST_INSTANT: Final = datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
"""The last instant, the end of `LAST_DAY` in UTC."""
INTEGER_MAX: Final = 2**31 - 1
"""The largest count: PostgreSQL's `integer`."""
BIGINT_MAX: Final = 2**63 - 1
"""The largest position, offset or version: PostgreSQL's `bigint`."""
ATTRIBUTE_BYTES_MAX: Final = 1024
"""Bytes (UTF-8) of one attribute of a command. An index row of PostgreSQL's btree holds 2,704: two attributes together
(`source` and `id`) and the numbers beside them fit."""
ATTRIBUTE_LENGTH_MAX: Final = 2048
"""Characters of an attribute that is read at all. Between both limits a command is answered `invalid` under its id."""
LABEL_LENGTH_MAX: Final = 200
"""Characters of a name or a reference of somebody else's: at most 800 bytes, a third of a btree's index row."""
RECORD_BYTES_MAX: Final = 1_048_588
"""The largest record that a service publishes: what a topic takes by Kafka's default (`max.message.bytes`)."""
DEAD_KEY_BYTES_MAX: Final = 1_024
"""So much of its key a dead letter keeps."""
DEAD_VALUE_BYTES_MAX: Final = 65_536
"""So much of its value a dead letter keeps."""
DEAD_HEADERS_MAX: Final = 100
"""So many of its headers a dead letter keeps."""
DEAD_HEADER_CHARS_MAX: Final = 2_048
"""So much of a header's name, and so much of its value, a dead letter keeps."""
DEAD_HEADERS_BYTES_MAX: Final = 65_536
"""All headers of a dead letter together, as text."""
DEAD_TEXT_CHARS_MAX: Final = 4_096
"""The reason, the field and the remedy of a dead letter, each."""
EVENT_BYTES_MAX: Final = 1_000_000
"""Bytes of an event's data: with its headers it fits Kafka's usual record of 1,048,576."""
OUTCOME_TEXT_CHARS_MAX: Final = 2_048
"""The reason, the field and the remedy of an outcome, and each of its details. They may name what a sender named."""
OUTCOME_DETAILS_MAX: Final = 50
"""Details of an outcome."""
