"""Did you mean: the known name that is nearest to one that nobody knows.

Who calls this gives only names that the reader may see: what is suggested is said to be on record.
"""

from collections.abc import Iterable
from difflib import SequenceMatcher
from operator import itemgetter
from typing import Final

LENGTH_MAX: Final = 200
"""Characters of a text to which a nearest name is looked for; comparing takes the square of it."""
LIKENESS_MIN: Final = 0.65
"""How alike two names are at least (`difflib.SequenceMatcher.ratio`): 1 for the same one, 0 for nothing in common."""


def nearest(wanted: str, names: Iterable[str]) -> str | None:
    """The name most like the wanted one, in whatever letter case; None if none is like it, or it is the same."""
    if len(wanted) > LENGTH_MAX:
        return None
    compared = SequenceMatcher(b=_plain(wanted))
    best, most = None, LIKENESS_MIN
    for name in names:
        compared.set_seq1(_plain(name))
        # The quick ratios are upper bounds of the ratio. Of several names that are equally like it, the first counts.
        if name != wanted and compared.real_quick_ratio() > most and compared.quick_ratio() > most:
            best, most = max((best, most), (name, compared.ratio()), key=itemgetter(1))
    return best


def did_you_mean(wanted: str, names: Iterable[str], remedy: str) -> str:
    """The remedy, with the nearest name before it if there is one."""
    name = nearest(wanted, names)
    return f"Did you mean {name}? {remedy}" if name is not None else remedy


def _plain(name: str) -> str:
    return name.casefold().replace("_", "-").replace(" ", "-")
