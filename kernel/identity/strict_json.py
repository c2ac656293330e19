"""JSON objects whose members each occur once: of two of a name, readers may take different ones (RFC 8725)."""

import json


def strict_object(text: bytes | str) -> dict[str, object]:
    """The object that a text holds.

    Raises:
        ValueError: it is no JSON object, a member occurs twice, or a number is none of JSON.
    """
    try:
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError as fault:
        raise ValueError("too deep") from fault
    if not isinstance(content, dict):
        raise ValueError("no object")  # noqa: TRY004  (the caller sees one kind of fault)
    return content


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def _no_constant(text: str) -> object:
    raise ValueError(f"{text} is no number of JSON")
