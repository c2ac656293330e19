"""Whether readers and writers on either side of a change of schema still understand each other, and where they do not.

Backward: new code reads every old message. Old and new are compared as a reader sees them, with objects closed: an
open object would accept anything under the name of a field that is added later.
Forward: old code reads every new message. They are compared as a writer writes them.
`jsoncompat` decides both; it does not look at `pattern` and `format`, so any change of these is reported by itself.
"""

import json
from collections.abc import Iterator
from typing import Any

import jsoncompat

Schema = dict[str, Any]


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """What in `new` breaks readers or writers of `old`, each with the field that it is about; empty if nothing does."""
    changes = [
        f"{name}: {fault}"
        for name in sorted({*old.get("properties", {}), *new.get("properties", {})})
        for fault in _faults(_narrowed(old, name), _narrowed(new, name))
    ]
    changes += [f"{path}: its {word} changed" for path, word in _respelled(old, new)]
    return changes or [f"as a whole: {fault}" for fault in _faults(_anonymous(old), _anonymous(new))]


def _anonymous(schema: Schema) -> Schema:
    """The schema without its name, which jsoncompat would take for a reference to somewhere else."""
    return {name: value for name, value in schema.items() if name not in ("$id", "$schema")}


def _faults(old: Schema, new: Schema) -> list[str]:
    faults = []
    if not jsoncompat.check_compat(json.dumps(_closed(old)), json.dumps(_closed(new)), "deserializer"):
        faults.append("new code would not read what was written before")
    if not jsoncompat.check_compat(json.dumps(old), json.dumps(new), "serializer"):
        faults.append("old code would not read what is written from now on")
    return faults


def _narrowed(schema: Schema, name: str) -> Schema:
    """The schema as if it had only this field."""
    fields = schema.get("properties", {})
    return {
        "type": "object",
        "properties": {name: fields[name]} if name in fields else {},
        "required": [name] if name in schema.get("required", ()) else [],
        "$defs": schema.get("$defs", {}),
    }


def _closed(node: Any) -> Any:
    """The schema with every object closed, also those inside."""
    if isinstance(node, list):
        return [_closed(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(inner) for name, inner in node.items()}
    return closed | {"additionalProperties": False} if isinstance(node.get("properties"), dict) else closed


def _respelled(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Where two schemas of the same shape give another pattern or format."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in old.keys() & new.keys():
            if name in ("pattern", "format") and isinstance(old[name], str) and old[name] != new[name]:
                yield path, name
            skipped = name in ("properties", "$defs", "items", "anyOf")
            yield from _respelled(old[name], new[name], path if skipped else f"{path}.{name}".lstrip("."))
    if isinstance(old, list) and isinstance(new, list):
        for one, other in zip(old, new, strict=False):
            yield from _respelled(one, other, path)
