"""Messages at the limits of their contracts, made from the schemas: valid, and as large or odd as possible."""

import json
from collections.abc import Iterator
from typing import Any, TypeVar

from contracts.forms import TEXT
from contracts.limits import LABEL_LENGTH_MAX
from contracts.publish import schema
from contracts.words import Message

M = TypeVar("M", bound=Message)
PROSE = "\x01\n\r\t\x1b\x7f\x85\u2028\uffff\U0001fffe"
"""Characters that a text may hold, though few texts do."""


def integers(node: Any) -> Iterator[dict[str, Any]]:
    """Every integer schema within a schema."""
    if isinstance(node, dict):
        if node.get("type") == "integer":
            yield node
        for inner in node.values():
            yield from integers(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from integers(inner)


def largest(example: M) -> M:
    """A message with every number as large, every text as long and every day as late as its contract allows."""
    data = json.loads(example.model_dump_json())
    return type(example).model_validate_json(json.dumps(_grown(data, schema(type(example)), schema(type(example)))))


def _resolved(at: Any, whole: Any) -> Any:
    return whole["$defs"][at["$ref"].rpartition("/")[2]] if "$ref" in at else at


def _grown(value: Any, at: Any, whole: Any) -> Any:
    at = _resolved(at, whole)
    options = [_resolved(option, whole) for option in at.get("anyOf", [at])]
    if isinstance(value, dict):
        at = next(option for option in options if "properties" in option)
        return {name: _grown(inner, at["properties"][name], whole) for name, inner in value.items()}
    if isinstance(value, list):
        return [_grown(inner, at["items"], whole) for inner in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return next(o["maximum"] for o in options if o.get("type") == "integer")
    text: dict[str, Any] = next((o for o in options if o.get("type") == "string"), {})
    if "maxLength" in text and text.get("pattern") is None and text.get("format") is None:
        odd = PROSE if text.get("not") == TEXT["not"] and text["maxLength"] > LABEL_LENGTH_MAX else "\U0001f600"
        return (odd * text["maxLength"])[: text["maxLength"]]
    return value
