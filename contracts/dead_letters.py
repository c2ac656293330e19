"""The headers that a dead letter carries: why a record could not be read, and where it stands.

Key and value are the record's own; its own headers follow, under their own names, as text: bytes that are no UTF-8 are
shown as `\\xHH`, a backslash as two. What is long is cut, and says so; the whole record stays where the origin says.
"""

from collections.abc import Mapping
from typing import Final

HEADERS: Final[Mapping[str, str]] = {
    "dead-letter-reason": "Why the record could not be read, as a sentence.",
    "dead-letter-field": "What was at fault, e.g. `headers.ce_time` or `value`.",
    "dead-letter-remedy": "What its sender can do about it.",
    "dead-letter-topic": "The topic in which the record stands.",
    "dead-letter-partition": "Its partition.",
    "dead-letter-offset": "Its offset.",
    "dead-letter-length": "Bytes of the record's whole value.",
    "dead-letter-key-length": "Bytes of the record's whole key, where it is cut.",
    "dead-letter-headers": "How many headers the record has, where not all of them follow.",
    "dead-letter-position": "The dead letter's position in the service's log of dead letters.",
}
