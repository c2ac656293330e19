"""The limits of all values: every admitted value can be stored, published and shown.

Each limit is the narrowest of those it derives from (a column, an index, a record, a calendar); a test keeps them
consistent.
"""

from datetime import UTC, date, datetime
from typing import Final

FIRST_DAY: Final = date(1900, 1, 1)
"""The first day that can be recorded or queried. Before it lie only unset dates of other systems (0001-01-01)."""
LAST_DAY: Final = date(2199, 12, 31)
"""The last day. Beyond it lie only markers for `without end` (9999-12-31); an open end is left out instead."""
FIRST_INSTANT: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""The first instant, the beginning of `FIRST_DAY` in UTC."""
LAST_INSTANT: Final = datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
"""The last instant, the end of `LAST_DAY` in UTC."""
INTEGER_MAX: Final = 2**31 - 1
"""The largest count: PostgreSQL's `integer`."""
BIGINT_MAX: Final = 2**63 - 1
"""The largest position, offset or version: PostgreSQL's `bigint`."""
ATTRIBUTE_BYTES_MAX: Final = 1024
"""Bytes (UTF-8) of one attribute of a command. A row of a PostgreSQL btree index holds 2,704: two attributes together
(`source` and `id`) and the numbers beside them fit."""
ATTRIBUTE_LENGTH_MAX: Final = 2048
"""Characters of an attribute that is read at all. Between both limits a command is answered `invalid` under its id."""
LABEL_LENGTH_MAX: Final = 200
"""Characters of a name or reference that another party chose: at most 800 bytes, a third of a btree index row."""
RECORD_BYTES_MAX: Final = 1_048_588
"""The largest record that a service publishes: Kafka's default limit of a topic (`max.message.bytes`)."""
DEAD_KEY_BYTES_MAX: Final = 1_024
"""Bytes of the key that a dead letter keeps."""
DEAD_VALUE_BYTES_MAX: Final = 65_536
"""Bytes of the value that a dead letter keeps."""
DEAD_HEADERS_MAX: Final = 100
"""How many headers a dead letter keeps."""
DEAD_HEADER_CHARS_MAX: Final = 2_048
"""Characters of a header's name, and of its value, that a dead letter keeps."""
DEAD_HEADERS_BYTES_MAX: Final = 65_536
"""Bytes of all headers of a dead letter together, as text."""
DEAD_TEXT_CHARS_MAX: Final = 4_096
"""Characters of the reason, the field and the remedy of a dead letter, each."""
EVENT_BYTES_MAX: Final = 1_000_000
"""Bytes of an event's data: with its headers it fits Kafka's default record of 1,048,576."""
OUTCOME_TEXT_CHARS_MAX: Final = 2_048
"""Characters of the reason, field and remedy of an outcome, and of each detail. They may quote a sender's names."""
OUTCOME_DETAILS_MAX: Final = 50
"""How many details an outcome has at most."""
