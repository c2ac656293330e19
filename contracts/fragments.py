"""Recovers from a text that should have been a JSON object the string members at its top level.

The sender of a broken text with a readable identity can be answered; so the text is searched for that identity, never
for its content. The text may be broken anywhere: NaN, half a character, endless nesting, truncation.
"""

import re
from collections.abc import Collection
from typing import Final

import orjson

TOKENS_MAX: Final = 100_000
"""How many tokens of a text are scanned: bounds the work that a hostile text can cause."""
_BOM: Final = b"\xef\xbb\xbf"
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["{}\[\]:,]|[^\s"{}\[\]:,]+', re.DOTALL)


def strings(text: bytes, names: Collection[str]) -> dict[str, str]:
    """The members of the outermost object whose name is one of `names` and whose value is a string.

    A member that occurs twice with different values is ambiguous and is left out.
    """
    values: dict[str, set[str | None]] = {}
    depth, name, is_value = 0, None, False
    for nr, match in enumerate(_TOKEN.finditer(text.removeprefix(_BOM))):
        token = match[0]
        if nr >= TOKENS_MAX or token == b'"' or (depth == 0 and token != b"{"):
            break
        if token in b"{[":
            if depth == 1 and is_value and name is not None:
                values.setdefault(name, set()).add(None)
            depth += 1
        elif token in b"}]":
            depth -= 1
        elif depth == 1 and token == b":":
            is_value = True
        elif depth == 1 and token == b",":
            name, is_value = None, False
        elif depth == 1 and is_value and name is not None:
            values.setdefault(name, set()).add(_string(token))
        elif depth == 1:
            name = _string(token)
    whole = {name: values for name, values in values.items() if name in names and len(values) == 1}
    return {name: value for name, (value,) in whole.items() if value is not None}


def _string(token: bytes) -> str | None:
    try:
        decoded = orjson.loads(token)
    except orjson.JSONDecodeError:  # not UTF-8, half a character, or not a string
        return None
    return decoded if isinstance(decoded, str) else None
