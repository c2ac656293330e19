"""The characters that a text may hold: CloudEvents' String type for names and identifiers, storable ones for others.

Admission and query parameters use the same functions, so that everything that can be recorded can be queried.
"""

import re
from typing import Final

from contracts.limits import ATTRIBUTE_BYTES_MAX

_NONCHARACTERS: Final = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17)
)
UNFIT: Final = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff{_NONCHARACTERS}]")
"""One character that a name may not hold; see `unfit`."""
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def unfit(text: str) -> str | None:
    """The first character that CloudEvents' String type (1.0.2, section 2.2) forbids, e.g. `U+000A`; None if none.

    Forbidden are control characters (U+0000 to U+001F, U+007F to U+009F), noncharacters, and halves of surrogate
    pairs. Any other is allowed, whether assigned, printable, or not.
    """
    match = UNFIT.search(text)
    return None if match is None else f"U+{ord(match[0]):04X}"


def is_admissible(attribute: str) -> bool:
    """Whether an attribute of an envelope can be an index entry, a header and a key: fit characters, not too long."""
    return len(attribute.encode(errors="surrogatepass")) <= ATTRIBUTE_BYTES_MAX and unfit(attribute) is None


def is_storable(text: str) -> bool:
    """Whether PostgreSQL's `text` and UTF-8 can hold it: no U+0000, no half of a surrogate pair."""
    return _UNSTORABLE.search(text) is None


def printable(text: str) -> str:
    """The text with characters that cannot be stored shown as escapes, e.g. `\\x00`."""
    return text.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode()
