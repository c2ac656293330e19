"""Names of sheets as Excel allows them (Microsoft, "Rename a worksheet"): short, without some characters, each once.

Source: https://support.microsoft.com/office/rename-a-worksheet-3f1f7148-ee83-404d-8ef0-9ff99fbad1f9.
"""

import re
from collections.abc import Iterable
from itertools import count
from typing import Final

LENGTH_MAX: Final = 31
"""In UTF-16 code units, as Excel counts."""
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ufffe\uffff]+")
_RESERVED: Final = "history"
"""Excel keeps this name for itself."""


def sheet_names(titles: Iterable[str]) -> list[str]:
    """A name for each title, distinct from the others in whatever letter case; a long title is shortened."""
    names: list[str] = []
    taken = {_RESERVED}
    for title in titles:
        plain = " ".join(_FORBIDDEN.sub(" ", title).split()).strip("'") or "-"
        name = next(one for one in _candidates(plain) if one.casefold() not in taken)
        taken.add(name.casefold())
        names.append(name)
    return names


def _candidates(plain: str) -> Iterable[str]:
    yield _shortened(plain, "")
    for nr in count(2):
        yield _shortened(plain, f" ({nr})")


def _shortened(plain: str, ending: str) -> str:
    """The title with an ending, within the length; an ellipsis says that it was longer."""
    if units(plain + ending) <= LENGTH_MAX:
        return plain + ending
    while units(plain + "…" + ending) > LENGTH_MAX:
        plain = plain[:-1]
    return f"{plain.rstrip()}…{ending}"


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
