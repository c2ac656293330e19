"""Why bytes could not be read, told so that their sender can mend them and a dead letter can still be found.

One kind of exception for every binding and every fault: whoever reads the wire catches this one and nothing else.
"""

from collections.abc import Mapping
from typing import Final

ATTRIBUTE_LENGTH_MAX: Final = 2048
"""Characters of one attribute of an envelope."""


class Unreadable(Exception):
    """These bytes are no CloudEvent that this house can keep: why, where, what to do, and what could still be read."""

    def __init__(self, reason: str, field: str, remedy: str) -> None:
        super().__init__(f"{field}: {reason} {remedy}")
        self.reason = reason
        self.field = field
        self.remedy = remedy
        self.id: str | None = None
        self.source: str | None = None
        self.type: str | None = None
        self.subject: str | None = None

    def salvage(self, attributes: Mapping[str, object]) -> "Unreadable":
        """Keep those of the identifying attributes (as text or UTF-8 bytes) that are good by themselves."""
        self.id, self.source, self.type, self.subject = (
            _salvaged(attributes.get(name)) for name in ("id", "source", "type", "subject")
        )
        return self


def _salvaged(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
        if "\N{REPLACEMENT CHARACTER}" in value:
            return None
    good = isinstance(value, str) and 0 < len(value) <= ATTRIBUTE_LENGTH_MAX and "\0" not in value
    return value if good and isinstance(value, str) else None


def empty(field: str) -> Unreadable:
    """There is no data where there should be."""
    return Unreadable("There is no data.", field, "Send the data as a JSON object; an empty record deletes nothing.")
