r"""Cells of CSV files that a spreadsheet would take for a formula, kept as text by an apostrophe, and read back.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@`. It passes over blanks, line breaks, control characters
and quotes before that, folds full-width forms, and, where its locale separates cells by `;` or tabs, begins a new cell
in the middle of ours: quotes around a cell hold only for the separator that the file was written with. So an apostrophe
stands at the beginning of a cell, and behind each `;`, `|`, tab and line break in it, wherever such a sign comes next.
An apostrophe that was there before counts as a blank, so what is guarded can be read back exactly.

Source: OWASP, CSV Injection (https://owasp.org/www-community/attacks/CSV_Injection).
"""

import re
from typing import Final

_BREAKS: Final = r"\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029"
_IGNORED: Final = r"'\"\x00-\x20\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
"""What may stand before the sign: quotes, blanks, controls and characters without a width."""
_SIGNS: Final = r"=+\-@|" + "＝＋－＠｜" + "﹦﹢﹣﹫" + "−⁺⁻⁼₊₋₌﬩"
"""The signs, their full-width and small forms, and what Unicode holds to be the same (NFKC)."""
_FORMULA: Final = rf"[{_IGNORED}]*+[{_SIGNS}]"
_GUARDED: Final = re.compile(rf"(?:^|(?<=[;|{_BREAKS}]))(?={_FORMULA})|^(?='*+[\t\r\n])")
_GUARD: Final = re.compile(rf"(?:^|(?<=[;|{_BREAKS}]))'(?={_FORMULA})|^'(?='*+[\t\r\n])")


def guarded(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet might begin a formula."""
    return _GUARDED.sub("'", text)


def unguarded(cell: str) -> str:
    """The text that `guarded` made this cell of."""
    return _GUARD.sub("", cell)
