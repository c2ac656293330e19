"""Parameters that name a place in Kafka, parsed strictly: a topic, or a record as `topic/partition/offset`."""

import re
from dataclasses import dataclass
from typing import Annotated, Final

from contracts.limits import BIGINT_MAX, INTEGER_MAX
from kernel.http.parameters import Kind, Whole
from kernel.http.values import Bad, shown, whole

TOPIC: Final = "[a-zA-Z0-9._-]{1,249}"
"""The topic names that Kafka accepts."""
_TOPIC: Final = re.compile(TOPIC)


@dataclass(frozen=True)
class _Topic(Kind):
    def read(self, text: str) -> str:
        if not _TOPIC.fullmatch(text):
            raise Bad(f"{shown(text)} is no topic's name.", "Send 1 to 249 letters, digits and . _ -")
        return text

    def json_schema(self) -> dict[str, object]:
        return {"pattern": f"^{TOPIC}$", "examples": ["deployments.events"]}


@dataclass(frozen=True)
class _Place(Kind):
    def read(self, text: str) -> str:
        place(text)
        return text

    def json_schema(self) -> dict[str, object]:
        return {"pattern": f"^{TOPIC}/(0|[1-9][0-9]{{0,9}})/(0|[1-9][0-9]{{0,18}})$", "examples": [EXAMPLE]}


EXAMPLE: Final = "deployments.events/0/17"
Topic = Annotated[str, _Topic()]
Place = Annotated[str, _Place()]
"""Parsed by `place`."""
Partition = Annotated[int, Whole(0, INTEGER_MAX)]
Offset = Annotated[int, Whole(0, BIGINT_MAX)]


def place(text: str) -> tuple[str, int, int]:
    """Topic, partition and offset of `topic/partition/offset`; raises `Bad`."""
    topic, *numbers = text.split("/")
    try:
        partition, offset = (whole(one, 0, most) for one, most in zip(numbers, (INTEGER_MAX, BIGINT_MAX), strict=True))
        if not _TOPIC.fullmatch(topic):
            raise Bad("no topic", "")
    except ValueError as fault:  # or a different number of parts
        raise Bad(
            f"{shown(text)} is no place of a record.", f"Send topic/partition/offset, as in {EXAMPLE}."
        ) from fault
    return topic, partition, offset
