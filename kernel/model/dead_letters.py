"""Bounded dead letters: every part of a record that could not be read is cut to a limit, and states that it was cut.

The whole record stays in its topic and in the archive. The dead letter keeps enough to find it, and to see why it was
refused; it can always be published, whatever the record was. Pure.

Bytes are shown as unambiguous text: UTF-8 as it is, a backslash doubled, all other bytes and NUL (which PostgreSQL's
text cannot hold) as `\\xHH`.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from contracts.limits import (
    DEAD_HEADER_CHARS_MAX,
    DEAD_HEADERS_BYTES_MAX,
    DEAD_HEADERS_MAX,
    DEAD_KEY_BYTES_MAX,
    DEAD_TEXT_CHARS_MAX,
    DEAD_VALUE_BYTES_MAX,
)
from kernel.model.records import DeadLetter

Header: TypeAlias = tuple[str, str | None]
"""Name and value as text; a null value stays null."""
_PAIR_BYTES: Final = 8
"""The most that a header costs besides its bytes."""


def shown(raw: bytes) -> str:
    """Any bytes as text that can be converted back to them."""
    return raw.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def cut(text: str, chars_max: int = DEAD_TEXT_CHARS_MAX) -> str:
    """The text, or its beginning and its original length."""
    return text if len(text) <= chars_max else f"{text[:chars_max]}… ({len(text)} characters)"


def stored(text: str) -> str:
    """Text that PostgreSQL can hold: no NUL, no lone surrogates."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def key(raw: bytes | None) -> bytes | None:
    """The key, or its beginning."""
    return None if raw is None else raw[:DEAD_KEY_BYTES_MAX]


def value(raw: bytes | None) -> bytes | None:
    """The value, or its beginning."""
    return None if raw is None else raw[:DEAD_VALUE_BYTES_MAX]


def headers(dead_letter: DeadLetter) -> list[Header]:
    """The record's headers as text, as many as fit."""
    first = dead_letter.headers[:DEAD_HEADERS_MAX]
    return _fitting([(_begun(_bytes(name)), None if raw is None else _begun(raw)) for name, raw in first])


def bounded(given: Sequence[Header]) -> list[Header]:
    """Headers that are text already, each cut to its bound, as many as fit."""
    most = DEAD_HEADER_CHARS_MAX
    first = given[:DEAD_HEADERS_MAX]
    return _fitting([(cut(name, most), None if text is None else cut(text, most)) for name, text in first])


def _fitting(given: Sequence[Header]) -> list[Header]:
    """As many of these as fit into the total size allowed for headers."""
    left, fitting = DEAD_HEADERS_BYTES_MAX, []
    for name, text in given:
        left -= len(name.encode()) + len((text or "").encode()) + _PAIR_BYTES
        if left < 0:
            break
        fitting.append((name, text))
    return fitting


def _begun(raw: bytes) -> str:
    """Bytes as text, or their beginning and their number."""
    if len(raw) <= DEAD_HEADER_CHARS_MAX:
        return shown(raw)
    return f"{shown(raw[:DEAD_HEADER_CHARS_MAX])}… ({len(raw)} bytes)"


def _bytes(name: str) -> bytes:
    """The bytes of a header's name; bytes that are not UTF-8 were decoded to lone surrogates."""
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace")
