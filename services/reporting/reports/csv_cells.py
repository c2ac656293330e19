r"""Guards CSV cells that a spreadsheet would take for a formula by means of an apostrophe, and reads them back.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@`. It ignores blanks, line breaks, control characters and
quotes before that sign, and it folds full-width forms. If its locale separates cells by `;` or tabs, it also begins a
new cell in the middle of ours: quotes around a cell hold only for the separator that the file was written with. So an
apostrophe is put at the beginning of a cell, and after each `;`, `|`, tab and line break in it, wherever such a sign
comes next. An apostrophe that was there before counts as a blank, so a guarded cell can be read back exactly.

Source: OWASP, CSV Injection (https://owasp.org/www-community/attacks/CSV_Injection).
"""

import re
from typing import Final

_BREAKS: Final = r"\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029"
_IGNORED: Final = r"'\"\x00-\x20\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
"""Characters that may precede the sign: quotes, blanks, controls and characters without a width."""
_SIGNS: Final = r"=+\-@|" + "＝＋－＠｜" + "﹦﹢﹣﹫" + "−⁺⁻⁼₊₋₌﬩"
"""The signs, their full-width and small forms, and their equivalents in Unicode (NFKC)."""
_FORMULA: Final = rf"[{_IGNORED}]*+[{_SIGNS}]"
_GUARDED: Final = re.compile(rf"(?:^|(?<=[;|{_BREAKS}]))(?={_FORMULA})|^(?='*+[\t\r\n])")
_GUARD: Final = re.compile(rf"(?:^|(?<=[;|{_BREAKS}]))'(?={_FORMULA})|^'(?='*+[\t\r\n])")


def guarded(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet might begin a formula."""
    return _GUARDED.sub("'", text)


def unguarded(cell: str) -> str:
    """The text from which `guarded` made this cell."""
    return _GUARD.sub("", cell)
