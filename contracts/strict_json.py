"""Strict JSON (RFC 8259): refuses every text that two readers could read as two different values.

Refused are NaN and Infinity, a byte order mark, half a character, bytes that are not UTF-8, a duplicate member (RFC
8259, section 4, leaves its meaning open), and nesting that is too deep to be written again.
"""

import json
import re

import orjson

_BOM = b"\xef\xbb\xbf"
_BLANKS = re.compile(r"[ \t\n\r]*")
_ELEMENT = json.JSONDecoder(parse_int=float)  # `int` takes no more than 4,300 digits


class NotStrict(ValueError):
    """The text is not JSON, or not unambiguous JSON."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy


class TooDeep(NotStrict):
    """The text can be read but not written again."""


def parsed(text: bytes) -> object:
    """The value of a text. Raises `NotStrict`."""
    return _read(text)[0]


def parsed_object(text: bytes) -> dict[str, object]:
    """The object of a text. Raises `NotStrict`, also for any other value."""
    value = parsed(text)
    if not isinstance(value, dict):
        raise NotStrict("It is not a JSON object.", "Send one object.")
    return value


def canonical(text: bytes) -> bytes:
    """The value of a text, written without white space and with members in the order of their names.

    Raises `NotStrict`.
    """
    return _read(text)[1]


def _read(text: bytes) -> tuple[object, bytes]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise _unparsed(text, fault) from fault
    try:
        written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as fault:
        raise TooDeep("It is nested too deeply.", "Nest it less deeply.") from fault
    # A member that was dropped took its colon with it. A colon in a string may have been written as an escape.
    if text.count(b":") != written.count(b":") or b"\\u003" in text:
        json.loads(text, object_pairs_hook=_once)
    return value, written


def elements(text: bytes) -> list[bytes]:
    """The texts of an array's elements, unchanged; none if the text cannot be split.

    The split is more tolerant than `parsed`, which is to be called on each element.
    """
    try:
        whole, texts = text.decode(), list[bytes]()
        at, sign = _behind(whole, 0), "["
        if not whole.startswith(sign, at):
            return []
        while whole[at] == sign:
            begin = _behind(whole, at + 1)
            _, end = _ELEMENT.raw_decode(whole, begin)
            texts.append(whole[begin:end].encode())
            at, sign = _behind(whole, end), ","
        is_whole = whole[at] == "]" and _behind(whole, at + 1) == len(whole)
    except (ValueError, IndexError, RecursionError):  # not UTF-8, not JSON, cut off, or too deep even to be scanned
        return []
    return texts if is_whole else []


def _behind(text: str, at: int) -> int:
    """The end of the blanks that begin at `at`."""
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at


def _once(members: list[tuple[str, object]]) -> None:
    names: set[str] = set()
    for name, _ in members:
        if name in names:
            raise NotStrict(f"The member {name[:60]!r} is there twice.", "Send each member once.")
        names.add(name)


def _unparsed(text: bytes, fault: orjson.JSONDecodeError) -> NotStrict:
    if text.startswith(_BOM):
        return NotStrict("It begins with a byte order mark.", "Send UTF-8 without a byte order mark.")
    try:
        text.decode()
    except UnicodeDecodeError as broken:
        return NotStrict(f"Byte {broken.start} is not UTF-8.", "Encode it as UTF-8.")
    reason = f"Not JSON at line {fault.lineno}, column {fault.colno}: {fault.msg}."
    return NotStrict(reason, "Send JSON as RFC 8259 has it.")
