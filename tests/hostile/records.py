"""What one hostile record is, and its parts: attributes, headers and data, each of which may be odd."""

import json
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from contracts.registry import commands_of
from tests.hostile.commands import data, stream
from tests.hostile.texts import ODD_INSTANTS, long_text, odd_bytes, odd_text, word
from tests.hostile.wire import Raw

DECIDING: Final = ("approvals", "vacancies", "deployments")
Attributes = dict[str, Any]
Headers = list[tuple[bytes, bytes | None]]


@dataclass(frozen=True, slots=True)
class Hostile:
    """One record, and what is known of it."""

    kind: str
    raw: Raw
    identity: tuple[str, str] | None = None
    answered: bool = False
    status: str | None = None
    """What the answer must be, where that is known."""


def plain(name: str, type_: str, subject: str, source: str = "urn:hostile") -> Attributes:
    """Attributes of a command that nobody could object to."""
    return {
        "specversion": "1.0",
        "id": name,
        "source": source,
        "type": type_,
        "subject": subject,
        "time": "2022-07-01T09:00:00Z",
        "datacontenttype": "application/json",
    }


def as_headers(attributes: Attributes) -> Headers:
    """The binary content mode; values that are bytes stay as they are."""
    return [
        (b"content-type" if name == "datacontenttype" else b"ce_" + name.encode(), octets(value))
        for name, value in attributes.items()
        if value is not None
    ]


def octets(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def drawn(chance: Random, service: str, odd: float) -> tuple[str, Any, str]:
    """Type, data and subject of a command; each field is beyond its edge with the probability `odd`."""
    type_ = chance.choice(sorted(commands_of(service)))
    content = data(chance, type_, odd)
    return type_, content, stream(type_, content) or f"{word(chance, 4)}/{word(chance, 6)}"


def as_json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")


def garbage(chance: Random, *_: object) -> Hostile:
    """Any bytes as key, value and headers."""
    key = chance.choice((None, odd_bytes(chance), chance.randbytes(chance.choice((40, 3000, 4000, 9000)))))
    value = chance.choice((None, odd_bytes(chance), chance.randbytes(chance.choice((10, 1000, 70_000)))))
    return Hostile("garbage", Raw(key, value, tuple(odd_headers(chance, chance.choice((0, 1, 3, 150))))))


def odd_headers(chance: Random, number: int) -> Headers:
    names = (
        b"",
        b"\xff\xfe",
        b"x",
        b"ce_",
        b"ce_id",
        b"ce_\xff",
        b"content-type",
        b"dead-letter-reason",
        b"ce_position",
    )
    return [
        (
            chance.choice(names) if chance.random() < 0.6 else odd_bytes(chance),
            None if chance.random() < 0.2 else odd_bytes(chance),
        )
        for _ in range(number)
    ]


NAMES: Final = (
    *("specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype"),
    *("recordedtime", "correlationid", "causationid", "actor", "traceparent", "streamversion", "position"),
    "effectivetime",
)


def odd_attribute(chance: Random, name: str) -> Any:
    kind = chance.random()
    if kind < 0.1:
        return None
    if kind < 0.25:
        return odd_bytes(chance)
    if name in ("time", "recordedtime", "effectivetime") and kind < 0.8:
        return chance.choice(ODD_INSTANTS)
    if name in ("streamversion", "position") and kind < 0.8:
        return chance.choice(("-1", "+1", "1.0", "1e3", "١", "9" * 19, "9223372036854775807", "9223372036854775808"))
    if name == "dataschema" and kind < 0.7:
        return chance.choice(("urn:forcegen:approvals.ProposeMandate:2", "urn:forcegen:x:0", "x:1", "urn:" + "9" * 40))
    if name == "datacontenttype" and kind < 0.7:
        return chance.choice(
            (
                *("text/plain", "application/json; charset=utf-16", "application/cloudevents+avro", "APPLICATION/JSON"),
                *("application/cloudevents-batch+json", "application/cloudevents+json", "application/x+json;\n;"),
            )
        )
    if name == "source" and kind < 0.4:
        return chance.choice(("urn:forcegen:vacancies:policy", "urn:forcegen:approvals", "urn:foreign"))
    return long_text(chance) if kind > 0.9 else odd_text(chance)


def identified(kind: str, raw: Raw, attributes: Attributes, answered: bool) -> Hostile:
    source, id_ = (_lenient(attributes.get(name)) for name in ("source", "id"))
    return Hostile(kind, raw, (source, id_), answered and not is_ours(source))


def is_ours(source: str) -> bool:
    """Whether somebody speaks under a source of the services: such a command is never answered there."""
    return source.strip().lower().startswith("urn:forcegen:")


def _lenient(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
