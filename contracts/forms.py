"""The lexical forms of days, instants, numbers and texts: the single source for the code and the schemas.

JSON readers accept more than dates as dates: seconds since 1970 in a string, a time without an offset, hour 24. Each
such value means something else to its sender, so each form is the strict one of its standard. Recorded data stays
readable: the limits (not the forms) apply only to commands and new events.
"""

import re
from datetime import date, datetime
from typing import Final

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from contracts.limits import FIRST_DAY, FIRST_INSTANT, INTEGER_MAX, LABEL_LENGTH_MAX, LAST_DAY, LAST_INSTANT

RECORDED: Final = {"recorded": True}
"""The context for reading an event that was recorded earlier: a limit that is newer does not hide it."""

BEYOND: Final = frozenset({"day_range", "instant_range", "count_range", "less_than_equal"})
"""The errors for a value that has the right form but exceeds the limits."""

_CENTURIES: Final = "|".join(str(century) for century in range(FIRST_DAY.year // 100, LAST_DAY.year // 100 + 1))
_ON_A_DAY: Final = "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_AT_A_TIME: Final = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    rf"[0-9]{{4}}-{_ON_A_DAY}[Tt]{_AT_A_TIME}(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_UUID: Final = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_CONTROL: Final = r"[\x00-\x1f\x7f-\x9f]"
_CONTROLS: Final = re.compile(_CONTROL)

ONE_LINE: Final[dict[str, object]] = {"not": {"pattern": "\\n"}}
"""For schema validators whose `$` also matches before a final line break, as Python's does: forbids line breaks."""

DAY: Final[dict[str, object]] = {"pattern": f"^({_CENTURIES})[0-9]{{2}}-{_ON_A_DAY}$", **ONE_LINE}
INSTANT: Final[dict[str, object]] = {
    "pattern": f"^({_CENTURIES})[0-9]{{2}}-{_ON_A_DAY}[Tt]{_AT_A_TIME}(\\.[0-9]+)?"
    "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
    **ONE_LINE,
}
UUID_FORM: Final[dict[str, object]] = {"pattern": f"^{_UUID}$", **ONE_LINE}
REFERENCE: Final[dict[str, object]] = {"not": {"pattern": _CONTROL}}
TEXT: Final[dict[str, object]] = {"not": {"pattern": r"\x00"}}
LABEL: Final[dict[str, object]] = {"maxLength": LABEL_LENGTH_MAX, **TEXT}


def day(value: object, info: ValidationInfo) -> object:
    """A day in the calendar form of RFC 3339 (`full-date`), within the limits; other types are left to pydantic.

    Raises:
        PydanticCustomError: it has another form, there is no such day, or the system cannot hold it.
    """
    value = _day(value) if isinstance(value, str) else value
    if not isinstance(value, date) or FIRST_DAY <= value <= LAST_DAY or info.context is RECORDED:
        return value
    raise PydanticCustomError("day_range", f"Send a day from {FIRST_DAY} to {LAST_DAY}; leave an open end out")


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:  # 30 February
        pass
    raise PydanticCustomError("day", "Send a day that there is, as YYYY-MM-DD")


def instant(value: object, info: ValidationInfo) -> object:
    """A time in the form of RFC 3339 (`date-time`), within the limits; 24:00 and leap seconds cannot be stored.

    Raises:
        PydanticCustomError: it has another form, there is no such time, or the system cannot hold it.
    """
    value = _instant(value, info) if isinstance(value, str) else value
    if not isinstance(value, datetime) or info.context is RECORDED or is_instant_in_range(value):
        return value
    reason = (
        f"Send a time from {FIRST_INSTANT:%Y-%m-%dT%H:%M:%SZ} to {LAST_INSTANT:%Y-%m-%dT%H:%M:%SZ}, with its offset"
    )
    raise PydanticCustomError("instant_range", reason)


def _instant(text: str, info: ValidationInfo) -> datetime:
    try:
        if info.context is RECORDED or _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text.upper())
    except ValueError:
        pass
    raise PydanticCustomError("instant", "Send an RFC 3339 time with its offset, e.g. 2024-03-12T09:30:00Z")


def is_instant_in_range(value: datetime) -> bool:
    """Whether it has an offset, and is within the limits."""
    return value.tzinfo is not None and FIRST_INSTANT <= value <= LAST_INSTANT


def uuid(value: object) -> object:
    """A UUID in the form with hyphens (RFC 9562, section 4). Raises PydanticCustomError for any other text."""
    if isinstance(value, str) and not re.fullmatch(_UUID, value):
        raise PydanticCustomError("uuid", "Send a UUID as 8-4-4-4-12 hexadecimal digits")
    return value


def whole(value: object) -> object:
    """Accept `20.0` as the integer 20: JSON has one kind of number (JSON Schema 2020-12, section 6.1.1)."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def count(value: object, info: ValidationInfo) -> object:
    """A whole number. Raises PydanticCustomError for one that no column can hold, except in a recorded event."""
    number = whole(value)
    if not isinstance(number, int) or number <= INTEGER_MAX or info.context is RECORDED:
        return number
    raise PydanticCustomError("count_range", f"Send a number of at most {INTEGER_MAX}")


def text(value: str, info: ValidationInfo) -> str:
    """Raises PydanticCustomError for U+0000, which PostgreSQL's text cannot hold, except in a recorded event."""
    if "\0" in value and info.context is not RECORDED:
        raise PydanticCustomError("text", "Send it without NUL characters (U+0000)")
    return value


def label(value: str, info: ValidationInfo) -> str:
    """Raises PydanticCustomError for a name that is too long for an index, except in a recorded event."""
    if len(value) > LABEL_LENGTH_MAX and info.context is not RECORDED:
        raise PydanticCustomError("label", f"Send at most {LABEL_LENGTH_MAX} characters")
    return text(value, info)


def reference(value: str, info: ValidationInfo) -> str:
    """Raises PydanticCustomError for a control character: an identifier is one line that can be shown and searched."""
    if _CONTROLS.search(value) and info.context is not RECORDED:
        raise PydanticCustomError("reference", "Send it without control characters (line breaks, tabs, NUL)")
    return text(value, info)


def as_reference(prose: str) -> str:
    """Prose as an identifier that can be cited: one line, truncated if it is too long."""
    return _CONTROLS.sub(" ", prose)[:LABEL_LENGTH_MAX]
