"""Problems in the reader's language: templates for the problem texts that a page can show, with placeholders.

Every problem is raised in English, for programs and people alike. Its text is matched here against a template, which is
the key of its translation; a text that matches none is shown as it is, and marked as English.
"""

import re
from functools import cache
from typing import Final

from babel.support import NullTranslations

from kernel.http.translations import translations

TEMPLATES: Final = (
    "Did you mean {name}?",
    "There is no parameter {name} here.",
    "This page takes {names}.",
    "There is no language {name}.",
    "There are {names}.",
    "{value} is not a day.",
    "{value} can be {first} or {second}.",
    "Write {first} or {second}.",
    "The year of {value} has two digits.",
    "It is of no table.",
    "Name the table with section.",
    "This page has no table {name}.",
    "This table has no column {name}.",
    "This is no cursor of this list.",
    "Send `next` of the page before, as it came.",
    "{value} is not an instant with its offset.",
    "{value} is not an instant of the calendar.",
    "{value} is outside the calendar of this system.",
    "Send a day as YYYY-MM-DD, from {first} to {last}.",
    "Send an instant as RFC 3339 with its offset, as {example}, from {first} to {last}.",
    "Send an instant as RFC 3339 with its offset, as {example}, from {first} to {last}."
    " In an address, + is written %2B.",
    "{value} is still to come: nobody can tell what will be known then.",
    "Send an instant that has passed, or leave {name} out for what is known now.",
    "{value} is not a whole number from {least} to {most}.",
    "Send a whole number from {least} to {most}, in digits 0 to 9.",
    "{value} cannot stand here.",
    "Write it as {example}.",
    "It has {count} bytes in UTF-8.",
    "Send 1 to {count} bytes.",
    "cursor: This is no cursor of this list.",
    "Its bytes are not UTF-8.",
    "Write it in UTF-8, and then with % for each byte (RFC 3986).",
    "It holds {code}, which is no character of text.",
    "Send letters, digits and signs, without control characters.",
    "It holds a character that is none of text.",
    "Send letters, digits and signs.",
    "It is there more than once.",
    "Send {name} once.",
    "There is no {item} among the {names} on {day}.",
    "There is no event {item} on record.",
    "There is no {kind} {item} on record.",
    "There is no {kind} {item} on record, as known at {instant}.",
    "GET {path} lists what there is.",
    "There is no record {place} in the archive.",
    "Search for it on the first page.",
    "On record: {names}.",
    "On record: {names}. GET {path} lists what there is.",
    "None is yet.",
    "The report has more than {count} rows.",
    "The list has more than {count} rows.",
    "The comparison has more than {count} events.",
    "Narrow it down with a filter, or ask the API for it page by page, with limit and cursor.",
    "Choose days that are closer, or narrow it down with a filter.",
    "{first} ({begin}) is after {last} ({end}): there is no such period.",
    "Send a {first} that is not after {last}.",
    "Exactly one of {names} is required; {count} were sent.",
    "Send one of {names}.",
    "Not Found",
    "See /docs for what there is.",
    "{name} is not a method of {path}.",
    "Use one of {names}.",
    "This took longer than one question may take.",
    "Ask for less: a shorter period, one State, or a page.",
    "A server that this needs does not answer. Whether a command was recorded is not known.",
    "Send it again in a moment, a command under the same id: it is decided once.",
    "This is a fault of the service. It is in its log, and the same request will most likely meet it again.",
    "Tell who runs the service, with the time and the address. Do not send it again unchanged.",
)
LISTS: Final = (
    *("missions", "mandates", "lines", "tours", "vacancies", "applications", "nominations", "candidates", "units"),
)
"""Names of lists that fill a place of a template; a translation has them in the case that its sentences need."""
_SUGGESTION: Final = re.compile(r"(?P<first>Did you mean \S+\?) (?P<rest>.+)", re.DOTALL)
_PLACE: Final = re.compile(r"\\\{(\w+)\\\}")


def said(text: str, language: str) -> tuple[str, str]:
    """The text in the reader's language, and the language it is in: `en` if there is no translation.

    A suggestion stands before a remedy (`kernel.nearest`); the two are translated each by itself.
    """
    if suggestion := _SUGGESTION.fullmatch(text):
        first, rest = _said(suggestion["first"], language), _said(suggestion["rest"], language)
        return (f"{first[0]} {rest[0]}", language) if first[1] == rest[1] == language else (text, "en")
    return _said(text, language)


def _said(text: str, language: str) -> tuple[str, str]:
    for template, form in _forms():
        if language != "en" and (matched := form.fullmatch(text)):
            translated = _catalogue(language).gettext(template)
            if translated != template:
                return translated.format(**_filled(matched.groupdict(), language)), language
    return text, "en"


def _filled(places: dict[str, str], language: str) -> dict[str, str]:
    return {place: _catalogue(language).gettext(text) if text in LISTS else text for place, text in places.items()}


@cache
def _catalogue(language: str) -> NullTranslations:
    return translations("kernel.http", language)


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each template with the pattern that it matches, the one with the most text of its own first."""
    longest = sorted(TEMPLATES, key=lambda template: -len(_PLACE.sub("", re.escape(template))))
    return tuple(
        (template, re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(template)), re.DOTALL)) for template in longest
    )
