"""Valid commands with every field at its edges, and nearly valid ones, made from the published schemas alone."""

import json
from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

from pydantic import ValidationError

from contracts.registry import COMMANDS, EVENTS
from contracts.words import Message
from tests.hostile.texts import ODD_DAYS, ODD_NUMBERS, edge_day, odd_text, word

Schema = Mapping[str, Any]
SLUG_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"


@cache
def schema_of(name: str) -> Schema:
    """The JSON Schema of a command, by its CloudEvents type."""
    return COMMANDS[name].model_json_schema()


def data(chance: Random, name: str, odd: float) -> Any:
    """The data of a command; each field is beyond its edge with the probability `odd`."""
    return from_schema(chance, schema_of(name), odd)


def from_schema(chance: Random, schema: Schema, odd: float) -> Any:
    """A value that fits a JSON Schema, but for the share `odd` of its parts."""
    return _value(chance, schema, schema.get("$defs", {}), odd, 0)


def stream(name: str, content: object) -> str | None:
    """The stream that the data belongs to, where it fits its contract."""
    return _stream(COMMANDS[name], content)


def event_stream(name: str, content: object) -> str | None:
    """The same for an event."""
    return _stream(EVENTS[name], content)


def _stream(word_: type[Message], content: object) -> str | None:
    try:
        return word_.model_validate_json(json.dumps(content)).stream
    except (ValidationError, ValueError):
        return None


def _value(chance: Random, schema: Schema, defs: Schema, odd: float, depth: int) -> Any:
    if "$ref" in schema:
        return _value(chance, defs[schema["$ref"].rpartition("/")[2]], defs, odd, depth)
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return _value(chance, chance.choice(schema[choice]), defs, odd, depth)
    if "allOf" in schema:
        return _value(chance, schema["allOf"][0], defs, odd, depth)
    is_odd = chance.random() < odd
    if "const" in schema:
        return odd_text(chance) if is_odd else schema["const"]
    if "enum" in schema:
        return odd_text(chance) if is_odd else chance.choice(schema["enum"])
    kind = schema.get("type")
    if kind == "object":
        return _object(chance, schema, defs, odd, depth)
    if kind == "array":
        return _array(chance, schema, defs, odd, depth)
    if kind in ("integer", "number"):
        return chance.choice(ODD_NUMBERS) if is_odd else _number(chance, schema)
    if kind == "boolean":
        return chance.choice(("true", 1, None)) if is_odd else chance.random() < 0.5
    if kind == "string":
        return _string(chance, schema, is_odd)
    return None


def _object(chance: Random, schema: Schema, defs: Schema, odd: float, depth: int) -> Any:
    if chance.random() < odd / 4:
        return chance.choice(([], None, "x", 1))
    required = set(schema.get("required", ()))
    members = {
        name: _value(chance, one, defs, odd, depth + 1)
        for name, one in schema.get("properties", {}).items()
        if (name in required and chance.random() > odd / 8) or (name not in required and chance.random() < 0.5)
    }
    if chance.random() < odd:
        members[odd_text(chance)] = _nested(chance.choice((1, 3, 300)))
    return members


def _nested(depth: int) -> Any:
    inner: Any = 1
    for _ in range(depth):
        inner = [inner]
    return inner


def _array(chance: Random, schema: Schema, defs: Schema, odd: float, depth: int) -> list[Any]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", 4)
    size = chance.choice((least, least, max(least, 1), min(most, 3), most if depth < 2 and most <= 50 else least))
    if chance.random() < odd:
        size = chance.choice((0, most + 1))
    items = [_value(chance, schema.get("items", {}), defs, odd, depth + 1) for _ in range(size)]
    return items + items[:1] if chance.random() < odd else items


def _number(chance: Random, schema: Schema) -> int:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -(2**31) - 1) + 1)
    most = schema.get("maximum", 2**31 - 1)
    return int(chance.choice((least, most, least, chance.randint(least, min(most, least + 1000)))))


def _string(chance: Random, schema: Schema, is_odd: bool) -> str:
    form, pattern = schema.get("format"), schema.get("pattern")
    if form == "date":
        return chance.choice(ODD_DAYS) if is_odd else edge_day(chance)
    if form == "date-time":
        return edge_day(chance) + chance.choice(("T00:00:00Z", "T23:59:59.999999Z", "T12:00:00+14:00"))
    if pattern:
        plain = _patterned(chance, pattern)
        return plain + chance.choice(("\n", " ", "\0", "é", "x" * 99)) if is_odd else plain
    if is_odd:
        return odd_text(chance)
    least, most = schema.get("minLength", 0), schema.get("maxLength", 40)
    return word(chance, chance.choice((least, max(least, 1), min(most, 12), most if chance.random() < 0.3 else least)))


def _patterned(chance: Random, pattern: str) -> str:
    """One that fits a pattern of the contracts; some at the bound of its length."""
    long = chance.random() < 0.2
    if pattern.startswith("^p-"):
        return "p-" + word(chance, 60 if long else 8)
    if pattern.startswith("^[A-Z]{3}"):
        return "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=3))
    if pattern.startswith("^[A-Z]"):
        return "X" + "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", k=19 if long else 6))
    if "0-9a-f" in pattern:
        return "".join(chance.choices("0123456789abcdef", k=64))
    return word(chance, 1) + "".join(chance.choices(SLUG_LETTERS, k=63 if long else 7))
