"""Strict parsers of days, instants, numbers, names and cursors; a refusal says what to send instead.

Lax parsers answer a different question: `20220630` is a day in 1970 to a parser that takes it for seconds.
"""

import base64
import binascii
import re
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from contracts.limits import ATTRIBUTE_LENGTH_MAX, BIGINT_MAX, FIRST_DAY, FIRST_INSTANT, LAST_DAY, LAST_INSTANT
from contracts.text import UNFIT, is_storable, unfit

NAME_BYTES_MAX: Final = 4 * ATTRIBUTE_LENGTH_MAX
"""Bytes of a name in UTF-8: the longest attribute that can be read from an envelope, and so can be on record."""
CURSOR_BYTES_MAX: Final = 4_096
SHOWN_MAX: Final = 60
"""Characters of a parameter that an error shows."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_WHOLE: Final = re.compile(r"0|[1-9][0-9]*")
_DECIMAL: Final = re.compile(r"(0|[1-9][0-9]{0,15})(\.[0-9]{1,15})?")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CURSOR: Final = re.compile(r"[A-Za-z0-9_-]+={0,2}")


NOT_A_CHARACTER: Final = UNFIT
"""Characters that no parameter of any kind may hold."""


class Bad(ValueError):
    """The text is not a value of the parameter; the remedy says what to send."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


def day(text: str) -> date:
    """A day of the calendar as ISO 8601 writes it, `YYYY-MM-DD`; raises `Bad`."""
    try:
        value = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        value = None
    if value is None:
        raise Bad(f"{shown(text)} is not a day.", DAYS)
    return day_within(value)


def day_within(value: date) -> date:
    """The day, if it is within the calendar; raises `Bad`."""
    if not FIRST_DAY <= value <= LAST_DAY:
        raise Bad(f"{value} is outside the calendar of this system.", DAYS)
    return value


def month(text: str) -> str:
    """A month, `YYYY-MM`; raises `Bad`."""
    if not _MONTH.fullmatch(text) or not f"{FIRST_DAY:%Y-%m}" <= text <= f"{LAST_DAY:%Y-%m}":
        raise Bad(f"{shown(text)} is not a month of the calendar of this system.", MONTHS)
    return text


def instant(text: str) -> datetime:
    """An instant as RFC 3339 writes it, with its offset; in UTC. Raises `Bad`."""
    if not _INSTANT.fullmatch(text):
        plus = " In an address, + is written %2B." if " " in text else ""
        raise Bad(f"{shown(text)} is not an instant with its offset.", INSTANTS + plus)
    try:
        return instant_within(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError) as fault:
        if isinstance(fault, Bad):
            raise
        raise Bad(f"{shown(text)} is not an instant of the calendar.", INSTANTS) from fault


def instant_within(value: datetime) -> datetime:
    """The instant in UTC, if it is within the calendar; raises `Bad`."""
    if value.tzinfo is None:
        raise Bad(f"{value.isoformat()} has no offset.", INSTANTS)
    try:
        value = value.astimezone(UTC)
    except OverflowError as fault:
        raise Bad(f"{value.isoformat()} is outside the calendar of this system.", INSTANTS) from fault
    if not FIRST_INSTANT <= value <= LAST_INSTANT:
        raise Bad(f"{value.isoformat()} is outside the calendar of this system.", INSTANTS)
    return value


def whole(text: str, least: int = 0, most: int = BIGINT_MAX) -> int:
    """A whole number in ASCII digits, without sign, space, or leading zero; raises `Bad`."""
    remedy = f"Send a whole number from {least} to {most}, in digits 0 to 9."
    if not _WHOLE.fullmatch(text) or len(text) > len(str(most)):
        raise Bad(f"{shown(text)} is not a whole number from {least} to {most}.", remedy)
    return whole_within(int(text), least, most)


def whole_within(value: int, least: int, most: int) -> int:
    """The number, if it is within the bounds; raises `Bad`."""
    if not least <= value <= most:
        reason = f"{value if abs(value) < 10**20 else 'This'} is not from {least} to {most}."
        raise Bad(reason, f"Send a whole number from {least} to {most}, in digits 0 to 9.")
    return value


def name(text: str, bytes_max: int = NAME_BYTES_MAX) -> str:
    """Text that can be on record: only characters that CloudEvents allows, not empty, not too long. Raises `Bad`."""
    if character := unfit(text):
        reason = f"It holds {character}, which is no character of text."
        raise Bad(reason, "Send letters, digits and signs, without control characters.")
    size = len(text.encode())
    if not text or size > bytes_max:
        reason = f"It has {size:,} bytes in UTF-8." if text else "It is empty."
        raise Bad(reason, f"Send 1 to {bytes_max:,} bytes.")
    return text


def identity(text: str) -> str:
    """A command's `id` or `source` that may have been answered, even if the answer was that it is not a valid name.

    Every identity that can be read from an envelope can be queried; raises `Bad` for text that could never be stored.
    """
    if not is_storable(text):
        reason = "It holds U+0000 or half a character, which cannot be stored."
        raise Bad(reason, "Send the text as it stands in the envelope.")
    if not 0 < len(text) <= ATTRIBUTE_LENGTH_MAX:
        reason = f"It has {len(text):,} characters." if text else "It is empty."
        raise Bad(reason, f"Send 1 to {ATTRIBUTE_LENGTH_MAX:,} characters.")
    return text


def cursor(text: str) -> str:
    """A cursor in its canonical spelling, URL-safe base64 (RFC 4648, section 5); raises `Bad`."""
    try:
        good = _CURSOR.fullmatch(text) and len(text) <= CURSOR_BYTES_MAX
        again = base64.urlsafe_b64encode(base64.b64decode(text, b"-_", validate=True)).decode() if good else ""
    except binascii.Error:
        again = ""
    if not again or again != text:
        raise no_cursor()
    return text


def no_cursor() -> Bad:
    """The error for text that is not a cursor, or is a cursor of another list."""
    return Bad("This is no cursor of this list.", "Send `next` of the page before, as it came.")


def uuid(text: str) -> UUID:
    """A UUID as RFC 9562 writes it; raises `Bad`."""
    if not _UUID.fullmatch(text):
        raise Bad(f"{shown(text)} is not a UUID.", "Send 32 hexadecimal digits as 8-4-4-4-12.")
    return UUID(text)


def seconds(text: str, most: float) -> float:
    """A number of seconds, 0 or more, in digits with or without a decimal point; raises `Bad`."""
    if not _DECIMAL.fullmatch(text) or float(text) > most:
        raise Bad(f"{shown(text)} is not a number of seconds from 0 to {most:g}.", f"Send 0 to {most:g}, as 2.5.")
    return float(text)


def shown(text: str) -> str:
    """A sent text as an error shows it: truncated, with invalid characters escaped."""
    return repr(text[:SHOWN_MAX]) + "…" * (len(text) > SHOWN_MAX)


DAYS: Final = f"Send a day as YYYY-MM-DD, from {FIRST_DAY} to {LAST_DAY}."
MONTHS: Final = f"Send a month as YYYY-MM, from {FIRST_DAY:%Y-%m} to {LAST_DAY:%Y-%m}."
INSTANTS: Final = (
    f"Send an instant as RFC 3339 with its offset, as 2014-09-01T00:00:00Z, from {FIRST_DAY} to {LAST_DAY}."
)
