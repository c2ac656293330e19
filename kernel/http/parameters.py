"""The kinds of parameters that a caller may send, as annotations: strict, and the same for every service.

A kind is metadata, for a parameter of a route or a field of a model of parameters:
`limit: Annotated[int, Whole(1, 1_000)] = 100`. `values` parses text; a value that is already parsed (a `date`, an
`int`) is checked against the same bounds. `address` checks the address as a whole.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from contracts.limits import ATTRIBUTE_LENGTH_MAX, BIGINT_MAX
from kernel.http.values import (
    CURSOR_BYTES_MAX,
    DAYS,
    INSTANTS,
    NAME_BYTES_MAX,
    Bad,
    cursor,
    day,
    day_within,
    identity,
    instant,
    instant_within,
    month,
    name,
    seconds,
    uuid,
    whole,
    whole_within,
)


@dataclass(frozen=True)
class Kind:
    """Metadata of an annotation: how to parse its text, how to check a parsed value, and its JSON schema."""

    def read(self, text: str) -> object:
        """Parse a text; raises `Bad`."""
        raise NotImplementedError

    def hold(self, value: object) -> object:
        """Check a value that is already parsed; raises `Bad`."""
        return value

    def json_schema(self) -> dict[str, object]:
        """Its JSON schema, besides the type."""
        return {}

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._validate, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        return {**handler(schema), **self.json_schema()}

    def _validate(self, value: object) -> object:
        try:
            return self.read(value) if isinstance(value, str) else self.hold(value)
        except Bad as fault:
            # Braces would be taken for placeholders.
            context = {"detail": str(fault), "remedy": fault.remedy}
            raise PydanticCustomError("parameter", "{detail}", context) from fault


@dataclass(frozen=True)
class _Day(Kind):
    def read(self, text: str) -> date:
        return day(text)

    def hold(self, value: object) -> object:
        if isinstance(value, datetime) or not isinstance(value, date):
            raise Bad("This is not a day.", DAYS)
        return day_within(value)

    def json_schema(self) -> dict[str, object]:
        return {"examples": ["2014-07-01"]}


@dataclass(frozen=True)
class _Month(Kind):
    def read(self, text: str) -> str:
        return month(text)

    def json_schema(self) -> dict[str, object]:
        return {"pattern": r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$", "examples": ["2014-07"]}


@dataclass(frozen=True)
class _Instant(Kind):
    def read(self, text: str) -> datetime:
        return instant(text)

    def hold(self, value: object) -> object:
        if not isinstance(value, datetime):
            raise Bad("This is not an instant.", INSTANTS)
        return instant_within(value)

    def json_schema(self) -> dict[str, object]:
        return {"examples": ["2014-09-01T00:00:00Z"]}


@dataclass(frozen=True)
class _Uuid(Kind):
    def read(self, text: str) -> UUID:
        return uuid(text)


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number within bounds, both included."""

    least: int = 0
    most: int = BIGINT_MAX

    def read(self, text: str) -> int:
        return whole(text, self.least, self.most)

    def hold(self, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Bad("This is not a whole number.", f"Send a whole number from {self.least} to {self.most}.")
        return whole_within(value, self.least, self.most)

    def json_schema(self) -> dict[str, object]:
        return {"minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Seconds(Kind):
    """Seconds, from 0 on."""

    most: float

    def read(self, text: str) -> float:
        return seconds(text, self.most)

    def hold(self, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise Bad("This is not a number of seconds.", f"Send 0 to {self.most:g}.")
        if not 0 <= value <= self.most:
            raise Bad(f"{value:g} is not from 0 to {self.most:g}.", f"Send 0 to {self.most:g}.")
        return float(value)

    def json_schema(self) -> dict[str, object]:
        return {"minimum": 0, "maximum": self.most}


@dataclass(frozen=True)
class Name(Kind):
    """Text that another party chose, bounded in bytes."""

    bytes_max: int = NAME_BYTES_MAX

    def read(self, text: str) -> str:
        return name(text, self.bytes_max)

    def json_schema(self) -> dict[str, object]:
        return {"minLength": 1, "maxLength": self.bytes_max}


@dataclass(frozen=True)
class Identity(Kind):
    """A command's `id` or `source`: any text that may have been answered, even one that is not admissible."""

    def read(self, text: str) -> str:
        return identity(text)

    def json_schema(self) -> dict[str, object]:
        return {"minLength": 1, "maxLength": ATTRIBUTE_LENGTH_MAX}


@dataclass(frozen=True)
class _Cursor(Kind):
    def read(self, text: str) -> str:
        return cursor(text)

    def json_schema(self) -> dict[str, object]:
        return {"minLength": 1, "maxLength": CURSOR_BYTES_MAX, "pattern": "^[A-Za-z0-9_-]+={0,2}$"}


Day = Annotated[date, _Day()]
"""`YYYY-MM-DD`, within the calendar of `contracts.limits`."""
Month = Annotated[str, _Month()]
"""`YYYY-MM`, within the same."""
Instant = Annotated[datetime, _Instant()]
"""RFC 3339 with an offset, in UTC once it is read, within the same."""
Uuid = Annotated[UUID, _Uuid()]
Cursor = Annotated[str, _Cursor()]
"""The `next` of the previous page."""
LIMIT_DEFAULT: Final = 100
LIMIT_MAX: Final = 1_000
Limit = Annotated[int, Whole(1, LIMIT_MAX)]
"""Rows of a page, of any list."""
Position = Annotated[int, Whole(0, BIGINT_MAX)]
"""A position in a log."""
