"""A day as people type it: 30.06.2022, 30 June 2022, 30 июня 2022 г., 2022 ж. 30 маусым; what can be two is refused.

Dots are read day first, as every reader of these pages writes them; a year of four digits in front is read as ISO 8601
reads it. Between slashes both orders are in use, so those are read only where one number cannot be a month. Names of
months are those of Unicode's CLDR in each language of the pages, whatever the language of the page.
"""

import re
from datetime import date
from functools import cache
from typing import Final

from babel import dates

from kernel.http.languages import LANGUAGES
from kernel.http.values import DAYS, Bad, shown

TYPED_MAX: Final = 60
"""Characters of the longest text that can be a day."""
_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR_FIRST: Final = re.compile(r"(?P<year>[0-9]{4})[./](?P<month>[0-9]{1,2})[./](?P<day>[0-9]{1,2})")
_DAY_FIRST: Final = re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})")
_SLASHES: Final = re.compile(r"(?P<one>[0-9]{1,2})/(?P<two>[0-9]{1,2})/(?P<year>[0-9]{4})")
_SHORT_YEAR: Final = re.compile(r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2}")
_NAMED: Final = (
    re.compile(
        r"(?P<day>[0-9]{1,2})(?:-?го)?\s+(?P<name>[^\W\d_]+)\.?,?\s+(?P<year>[0-9]{4})(?:\s*(?:г\.?|года|ж\.?|жыл\w*))?"
    ),
    re.compile(r"(?P<year>[0-9]{4})\s*(?:ж\.?|жыл\w*)?,?\s+(?P<day>[0-9]{1,2})\s+(?P<name>[^\W\d_]+)\.?"),
    re.compile(r"(?P<name>[^\W\d_]+)\.?\s+(?P<day>[0-9]{1,2}),?\s+(?P<year>[0-9]{4})"),
)


def iso_day(text: str) -> str:
    """The day that a text means, as ISO 8601 writes it; a text that is no day of any form stays as it is.

    Raises:
        Bad: it can be two days, or its year has two digits; the remedy names what to write.
    """
    typed = " ".join(text.split())
    if _ISO.fullmatch(typed) or not typed or len(typed) > TYPED_MAX:
        return text
    if _SHORT_YEAR.fullmatch(typed):
        raise Bad(f"The year of {shown(typed)} has two digits.", DAYS)
    return _numbers(typed) or _named(typed) or text


def _numbers(typed: str) -> str | None:
    for form in (_YEAR_FIRST, _DAY_FIRST):
        if matched := form.fullmatch(typed):
            return _written(matched["year"], int(matched["month"]), int(matched["day"]))
    if not (matched := _SLASHES.fullmatch(typed)):
        return None
    one, two = int(matched["one"]), int(matched["two"])
    readings = {_written(matched["year"], month, day) for day, month in ((one, two), (two, one))} - {None}
    if len(readings) > 1:
        first, second = sorted(filter(None, readings))
        raise Bad(f"{shown(typed)} can be {first} or {second}.", f"Write {first} or {second}.")
    return next(iter(readings), None)


def _named(typed: str) -> str | None:
    for form in _NAMED:
        if (matched := form.fullmatch(typed.lower())) and (month := _months().get(matched["name"])):
            return _written(matched["year"], month, int(matched["day"]))
    return None


def _written(year: str, month: int, day: int) -> str | None:
    """The day in ISO 8601; None if the calendar has none such."""
    try:
        return date(int(year), month, day).isoformat()
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """The months by their names in every language: whole and short, alone and beside a day."""
    return {
        name.lower().removesuffix("."): number
        for language in LANGUAGES
        for width in ("abbreviated", "wide")
        for context in ("format", "stand-alone")
        for number, name in dates.get_month_names(width, context, language).items()
    }
