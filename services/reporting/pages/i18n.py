"""The texts of pages in the reader's language. The keys are the English texts; domain codes become words.

Numbers and dates follow the conventions of the language, from Unicode's CLDR (Babel).
"""

import re
from datetime import date, datetime
from functools import cache
from typing import Final

from babel import Locale, dates, numbers

from kernel.http.translations import translations

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ABBREVIATIONS: Final = re.compile(r"\b(?:mou|un)\b", re.IGNORECASE)
"""Words of codes that English writes in capitals."""


class Words:
    """One language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self.texts = translations(__package__, language)

    def say(self, text: str) -> str:
        """A text of a page, or the words for a domain code, if the language has them."""
        said: str = self.texts.gettext(text)
        return said

    def several(self, one: str, many: str, number: int) -> str:
        """A text with `{number}` in it, in the form that the language has for this number (gettext's plural forms).

        `one` and `many` are the English forms, and together the key of the translation.
        """
        said: str = self.texts.ngettext(one, many, number)
        return said

    def code(self, code: str) -> str:
        """The words for a code such as `staff_officer` or `forcegen.deployments.TourArrived`."""
        return self.say(worded(code))

    def number(self, number: float) -> str:
        return numbers.format_decimal(number, locale=self.locale)

    def day(self, day: date) -> str:
        return dates.format_date(day, "d MMM y", self.locale)

    def instant(self, instant: datetime) -> str:
        """An instant in UTC, marked as such."""
        return f"{dates.format_datetime(instant, 'd MMM y, HH:mm', dates.UTC, self.locale)} UTC"


def worded(code: str) -> str:
    """A code of the contracts as one or more English words."""
    name = code.rpartition(".")[2] if code.startswith("forcegen.") else code
    text = _CAMEL.sub(" ", name).replace("_", " ").capitalize() if name != code else name.replace("_", " ")
    return _ABBREVIATIONS.sub(lambda matched: matched[0].upper(), text)


@cache
def words(language: str) -> Words:
    """The language, loaded once."""
    return Words(language)
