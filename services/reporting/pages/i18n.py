"""The texts of pages in the reader's language. The keys are the English texts; domain codes become words.

Numbers and dates follow the conventions of the language, from Unicode's CLDR (Babel).
"""

import re
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Final

from babel import Locale, dates, numbers

from kernel.http.translations import translations

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ABBREVIATIONS: Final = re.compile(r"\b(?:mou|un)\b", re.IGNORECASE)
"""Words of codes that English writes in capitals."""


_SPOKEN_IN: Final = {"en": "en_GB"}
"""Where days are written as this language writes them here: English with the day before the month."""


class Words:
    """One language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self.spoken = Locale.parse(_SPOKEN_IN.get(language, language))
        self.texts = translations(__package__, language)

    def say(self, text: str) -> str:
        """A text of a page, or the words for a domain code, if the language has them."""
        said: str = self.texts.gettext(text) if text else ""  # the translation of nothing is the catalogue's header
        return said

    def plural(self, one: str, several: str, number: int) -> str:
        """A text with a number in it, in the form that the language has for the number (gettext's plural forms).

        `one` and `several` are the English forms, and together the key of the translation.
        """
        said: str = self.texts.ngettext(one, several, number)
        return said

    def counted(self, one: str, several: str, number: int) -> str:
        """The same with the number in the place of `{n}`."""
        return self.plural(one, several, number).format(n=self.number(number))

    def code(self, code: str) -> str:
        """The words for a code such as `staff_officer` or `forcegen.deployments.TourArrived`."""
        return self.say(worded(code))

    def number(self, number: float) -> str:
        """A number; one below zero with a minus sign (U+2212), which is as wide as a plus and no hyphen."""
        return ("−" if number < 0 else "") + _decimal(abs(number), self.locale)

    def change(self, number: int) -> str:
        """A number with its sign, as a change is written; zero is 0."""
        return ("+" if number > 0 else "") + self.number(number)

    def day(self, day: date) -> str:
        """A day in the long form of the language: 30 June 2022, 30 июня 2022 г., 2022 ж. 30 маусым."""
        return _long(day, self.spoken)

    def instant(self, instant: datetime) -> str:
        """An instant in UTC, marked as such."""
        utc = instant.astimezone(UTC)
        return f"{self.day(utc.date())}, {utc:%H:%M} UTC"


@lru_cache(10_000)  # a page has hundreds of numbers and days, most of them again and again
def _decimal(number: float, locale: Locale) -> str:
    return numbers.format_decimal(number, locale=locale)


@lru_cache(10_000)
def _long(day: date, locale: Locale) -> str:
    return dates.format_date(day, "long", locale)


def worded(code: str) -> str:
    """A code of the contracts as one or more English words."""
    name = code.rpartition(".")[2] if code.startswith("forcegen.") else code
    text = _CAMEL.sub(" ", name).replace("_", " ").capitalize() if name != code else name.replace("_", " ")
    return _ABBREVIATIONS.sub(lambda matched: matched[0].upper(), text)


@cache
def words(language: str) -> Words:
    """The language, loaded once."""
    return Words(language)
