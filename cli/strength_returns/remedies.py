"""Why a cell, a header or a row of a strength return cannot be read, and the remedy for the cause, not the symptom.

`1,234` in three cells of a row is not a missing quote, and a Cyrillic `К` is not a lower-case letter: a remedy that
names the wrong cause sends people looking where nothing is wrong.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Final, get_args

from contracts.limits import FIRST_DAY, INTEGER_MAX, LABEL_LENGTH_MAX, LAST_DAY
from contracts.text import unfit
from contracts.unreadable import Unreadable
from contracts.words import PersonnelType

COLUMNS: Final = (
    *("date", "contributor_iso3", "contributor_as_published", "mission", "personnel_type"),
    *("male", "female", "total"),
)
COUNTS: Final = ("male", "female", "total")
SEPARATORS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_TYPES: Final = get_args(PersonnelType)
_FORMS: Final = {
    "date": re.compile(r"\d{4}-\d\d-\d\d", re.ASCII),
    "contributor_iso3": re.compile(r"[A-Z]{3}"),
    "mission": re.compile(r"[A-Z][A-Z0-9-]{2,19}"),
    "personnel_type": re.compile("|".join(_TYPES)),
    **dict.fromkeys(COUNTS, re.compile(r"[0-9]{1,20}")),
}
_REMEDIES: Final = {
    "date": f"Write a day of the calendar as YYYY-MM-DD, from {FIRST_DAY} to {LAST_DAY}.",
    "contributor_iso3": "Write the State's ISO 3166-1 alpha-3 code in capitals, e.g. KAZ.",
    "contributor_as_published": f"Write the State's name as published, in at most {LABEL_LENGTH_MAX} characters.",
    "mission": "Write the mission's acronym: 3 to 20 capitals, digits and hyphens, e.g. UNIFIL.",
    "personnel_type": f"Write one of {', '.join(_TYPES)}.",
    **dict.fromkeys(
        COUNTS, f"Write a whole number from 0 to {INTEGER_MAX:,} in digits alone, or leave it blank for unknown."
    ),
}
_BLANK_WORDS: Final = frozenset({"-", "--", "–", "—", "n/a", "na", "nan", "nil", "none", "null", "?", "...", "x"})
_THOUSANDS: Final = re.compile(r"[0-9]{1,3}([ ,.'\u00a0\u2009\u202f\u2019_][0-9]{3})+")
_SERIAL: Final = re.compile(r"[1-9][0-9]{4}")
"""A day as spreadsheets count them: 1900 to 2173."""
_CURLY: Final = "“”„«»‘’"
SHOWN: Final = 60


def misfit(column: str, text: str) -> Unreadable:
    """The fault of a cell that does not fit its column."""
    reason, remedy = _cause(column, text)
    return Unreadable(reason, column, remedy)


def _cause(column: str, text: str) -> tuple[str, str]:
    shown, remedy = f"{text[:SHOWN]!r}", _REMEDIES[column]
    if not text:
        return "The cell is blank.", remedy
    bare = _bare(text)
    if column in _FORMS and bare != text and _FORMS[column].fullmatch(bare):
        return f"{shown} has blanks or invisible characters in it.", f"Write {bare!r}."
    if (control := unfit(text)) is not None:
        return f"{shown} contains the control character {control}.", "Take the character out."
    if column in COUNTS:
        return _count_cause(shown, text, remedy)
    if column == "date":
        return _date_cause(shown, text, remedy)
    if column == "contributor_as_published":
        return f"The name has {len(text):,} characters.", remedy
    if (odd := _odd_letter(text)) is not None:
        return f"{shown} contains {odd}, which only looks like a Latin letter or digit.", remedy
    return f"{shown} does not fit.", remedy


def _bare(text: str) -> str:
    """The text without invisible parts: blanks at the edges, and format characters (a byte order mark, zero widths)."""
    return "".join(char for char in text if unicodedata.category(char) not in {"Cf", "Cc"}).strip()


def _odd_letter(text: str) -> str | None:
    for char in text:
        if not char.isascii() and char.isalnum():
            return f"{char!r} (U+{ord(char):04X} {unicodedata.name(char, 'unnamed')})"
    return None


def _count_cause(shown: str, text: str, remedy: str) -> tuple[str, str]:
    reason = f"{shown} is no number of people."
    if _THOUSANDS.fullmatch(text):
        plain = re.sub(r"[^0-9]", "", text)
        return f"{reason} It seems to separate its thousands.", f"Write {plain}."
    if text.lower() in _BLANK_WORDS:
        return reason, "Leave the cell blank for unknown, or write 0 for nobody."
    if re.fullmatch(r"[-−][0-9]+", text):
        return f"{reason} It is negative.", remedy
    if text.isascii() and text.isdigit():
        return f"{shown} is larger than any number of people.", remedy
    if text.isdigit():
        return f"{reason} Its digits are not 0 to 9.", remedy
    return reason, remedy


def _date_cause(shown: str, text: str, remedy: str) -> tuple[str, str]:
    reason = f"{shown} is no date."
    if _FORMS["date"].fullmatch(text):
        try:
            date.fromisoformat(text)
        except ValueError:
            return f"{shown} is no day of the calendar.", remedy
        return f"{shown} lies outside of the days that are kept.", remedy
    if _FORMS["date"].match(text) and text[10:11] in {"T", " "}:
        return f"{shown} is a day and a time.", f"Write the day alone: {text[:10]}."
    if _SERIAL.fullmatch(text):
        return f"{reason} It seems to be a spreadsheet's number of a day.", f"Format the column as a date. {remedy}"
    return reason, remedy


def headless(first: str, cells: Sequence[str]) -> Unreadable:
    """The fault of a header."""
    wanted = ",".join(COLUMNS)
    known = [cell for cell in cells if cell in COLUMNS]
    twice = sorted({cell for cell in known if known.count(cell) > 1})
    missing = [column for column in COLUMNS if column not in known]
    others = [cell for cell in cells if cell not in COLUMNS]
    meant = {cell: column for cell in others if (column := _meant(cell)) in missing}
    if first.lower().startswith("sep="):
        reason = f"The line {first[:SHOWN]!r} is for Excel alone."
        return Unreadable(reason, "header", "Delete it: the header comes first.")
    if not known and not meant:
        begins = "The header is missing" if cells and _FORMS["date"].fullmatch(cells[0]) else "It is no header"
        reason = f"{begins}: the first line is {first[:120]!r}."
        return Unreadable(reason, "header", f"Begin the file with the columns {wanted}, in any order.")
    faults, remedies = [], []
    if twice:
        faults.append(f"more than one column {_named(twice)}")
        remedies.append("Keep each column once.")
    if meant:
        faults.append(f"columns that are called otherwise, {_named(meant)}")
        remedies.append(" ".join(f"Write {column} for {cell[:SHOWN]!r}." for cell, column in meant.items()))
    if strange := [cell for cell in others if cell not in meant]:
        faults.append("an unknown column" + (f" {_named(strange)}" if any(strange) else " without a name"))
        remedies.append("Take it out.")
    if lacking := [column for column in missing if column not in meant.values()]:
        faults.append(f"no column {_named(lacking)}")
        remedies.append(f"The columns are {wanted}, in any order.")
    return Unreadable(f"The header has {', '.join(faults)}.", "header", " ".join(remedies))


def _named(names: Sequence[str] | dict[str, str]) -> str:
    return ", ".join(repr(name[:SHOWN]) for name in list(names)[:10])


def _meant(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", _bare(cell).lower())


def miscounted(line: str, cells: Sequence[str], columns: Sequence[str], separator: str) -> Unreadable:
    """The fault of a row that has more or fewer cells than the header."""
    reason = f"The row has {len(cells)} cells, and the header {len(columns)}."
    other = next((mark for mark in SEPARATORS if mark != separator and line.count(mark) >= len(columns) - 1), None)
    if other is not None:
        here, there = SEPARATORS[other], SEPARATORS[separator]
        return Unreadable(reason, "line", f"It is separated by {here} and the header by {there}: use one of them.")
    if len(cells) > len(columns):
        return Unreadable(reason, "line", _too_many(cells, columns, separator))
    if '"' in line:
        return Unreadable(reason, "line", "End a quoted cell on the line on which it begins.")
    return Unreadable(reason, "line", "Give every column a cell, if need be a blank one; keep a row on one line.")


def _too_many(cells: Sequence[str], columns: Sequence[str], separator: str) -> str:
    mark = SEPARATORS[separator]
    if not any(cells[len(columns) :]):
        return f"Take the {mark} at the end away."
    column, parts = _cut_cell(cells, columns)
    joined = separator.join(parts)
    if column in COUNTS:
        return f"Write {joined} in the column {column} as {''.join(parts)}."
    if joined.startswith(tuple(_CURLY)):
        return f'Quote {joined[:SHOWN]} by straight quotes ("), not by typographic ones.'
    where = f"the cell {column}, which has {mark} in it" if column else f"a cell with {mark} in it"
    return f"Quote {where}; write a number in digits alone."


def _cut_cell(cells: Sequence[str], columns: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The column whose cell (a name or a number) was split into several, and these; nothing if none fits."""
    more = len(cells) - len(columns)
    for nr, column in enumerate(columns):
        parts = cells[nr : nr + more + 1]
        if column in _FORMS and not (column in COUNTS and _THOUSANDS.fullmatch(",".join(parts))):
            continue
        around = zip([*columns[:nr], *columns[nr + 1 :]], [*cells[:nr], *cells[nr + more + 1 :]], strict=True)
        if all(_fits(other, cell) for other, cell in around):
            return column, parts
    return "", ()


def _fits(column: str, cell: str) -> bool:
    return column not in _FORMS or (column in COUNTS and not cell) or _FORMS[column].fullmatch(cell) is not None
