"""Hostile records for a commands topic: at fault in an attribute, in their JSON, at or beyond an edge, or repeated."""

from base64 import b64encode
from random import Random
from typing import Any

from contracts.registry import COMMANDS, EVENTS
from tests.hostile.records import (
    NAMES,
    Attributes,
    Headers,
    Hostile,
    as_headers,
    as_json,
    drawn,
    garbage,
    identified,
    octets,
    odd_attribute,
    odd_headers,
    plain,
)
from tests.hostile.texts import ODD_INSTANTS, edge_day, odd_bytes, odd_text, word
from tests.hostile.wire import Raw


def odd_command(chance: Random, service: str, name: str, repeated: list[tuple[str, str]]) -> Hostile:
    """One of any kind. `repeated` holds ids, with their sources, that were used before; it grows."""
    kinds = (garbage, _attributes, _structured, _edges, _near, _repeated, _foreign_type)
    return chance.choices(kinds, (12, 24, 12, 26, 14, 8, 4))[0](chance, service, name, repeated)


def _attributes(chance: Random, service: str, name: str, _: list[tuple[str, str]]) -> Hostile:
    """A command in binary mode with some of its attributes at fault."""
    type_, content, subject = drawn(chance, service, 0)
    attributes = plain(name, type_, subject)
    touched = chance.sample(NAMES, chance.choice((1, 1, 1, 2, 3)))
    for one in touched:
        attributes[one] = odd_attribute(chance, one)
    headers = as_headers(attributes)
    spoilt = chance.random()
    if spoilt < 0.15:
        headers += odd_headers(chance, chance.choice((1, 2, 30)))
    elif spoilt < 0.25:
        headers.append(chance.choice(headers))
    elif spoilt < 0.35:
        doubled = chance.choice(headers)
        headers.append((doubled[0], odd_bytes(chance)))
        touched.append(doubled[0].removeprefix(b"ce_").decode())
    elif spoilt < 0.45:
        nth = chance.randrange(len(headers))
        touched.append(headers[nth][0].removeprefix(b"ce_").decode())
        headers[nth] = (chance.choice((headers[nth][0].upper(), headers[nth][0].replace(b"_", b"-"))), headers[nth][1])
    elif spoilt < 0.5:
        chance.shuffle(headers)
    key = octets(attributes.get("subject") or "") if chance.random() < 0.8 else chance.choice((None, odd_bytes(chance)))
    can = spoilt < 0.15 or not {"id", "source"} & {*touched}
    return identified(
        "attributes", Raw(key, as_json(content), tuple(headers)), attributes, can and _reads(headers, name)
    )


def _reads(headers: Headers, name: str) -> bool:
    """Whether id and source stand in the headers once and as they were meant."""
    ids = [value for key, value in headers if key == b"ce_id" and value is not None]
    sources = [value for key, value in headers if key == b"ce_source" and value is not None]
    types = [value or b"" for key, value in headers if key.lower() == b"content-type"]
    structured = any(one.lower().startswith(b"application/cloudevents") for one in types)
    return ids == [name.encode()] and sources == [b"urn:hostile"] and not structured


def _structured(chance: Random, service: str, name: str, _: list[tuple[str, str]]) -> Hostile:
    return structured(chance, service, name)


def structured(chance: Random, service: str, name: str) -> Hostile:
    """A command in structured mode, its JSON at fault in a member, or as a text."""
    type_, content, subject = drawn(chance, service, 0)
    attributes: Attributes = plain(name, type_, subject) | {"data": content}
    touched = chance.sample([*NAMES, "data"], chance.choice((0, 1, 1, 2)))
    for one in touched:
        odd: object = chance.choice(
            (odd_text(chance), chance.choice(ODD_INSTANTS), 1, -1, 2**63, 1.5, True, [], {}, None)
        )
        attributes[one] = odd
    answered = not {"id", "source"} & {*touched}
    if chance.random() < 0.1 and "data" not in touched:
        attributes["data_base64"] = b64encode(as_json(attributes.pop("data"))).decode()
    text = as_json(attributes)
    spoilt = chance.random()
    if spoilt < 0.25:
        text = _spoilt_json(chance, text)
        answered = False
    media_type = b"application/cloudevents+json"
    if chance.random() < 0.2:
        tails = (b"; charset=utf-8", b";charset=\xff", b" ", b"\0", b"-batch", b"; a=b; c")
        media_type = media_type.upper() + chance.choice(tails)
        answered = False
    raw = Raw(subject.encode(), text, ((b"content-type", media_type),))
    return identified("structured", raw, attributes, answered)


def _spoilt_json(chance: Random, text: bytes) -> bytes:
    at = chance.randrange(len(text))
    return chance.choice(
        (
            text[:at],
            text + b"\n{}",
            b"\xef\xbb\xbf" + text,
            text[:at] + b"\xff" + text[at:],
            text.decode("utf-8", "replace").encode("utf-16"),
            b"[" + text + b"]",
            b'{"id":"x",' + text[1:],
            b"[" * 20_000,
            b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
            text.replace(b'"data":', b'"data":"\\ud800","data":', 1),
            text.replace(b'"', b'"\\u0000', 3),
            text[:-1] + b',"x":1' + b"0" * 400 + b"}",
        )
    )


def _edges(chance: Random, service: str, name: str, _: list[tuple[str, str]]) -> Hostile:
    """A valid command with every field at an edge: accepted or refused, and whatever is accepted must be shown."""
    return _sent("edges", chance, name, *drawn(chance, service, 0))


def _near(chance: Random, service: str, name: str, _: list[tuple[str, str]]) -> Hostile:
    """A command with a field or two just beyond."""
    return _sent("beyond", chance, name, *drawn(chance, service, 0.12))


def _sent(kind: str, chance: Random, name: str, type_: str, content: Any, subject: str) -> Hostile:
    attributes = plain(name, type_, subject)
    if chance.random() < 0.3:
        attributes["time"] = edge_day(chance) + chance.choice(("T00:00:00Z", "T23:59:59.999999Z"))
    if chance.random() < 0.2:
        attributes["correlationid"] = chance.choice((odd_text(chance), word(chance, 200)))
    if chance.random() < 0.2:
        attributes["actor"] = chance.choice((odd_text(chance), "an officer"))
    if chance.random() < 0.1:
        attributes["recordedtime"] = edge_day(chance) + "T00:00:00Z"
    key = subject.encode("utf-8", "surrogatepass")
    if chance.random() < 0.5:
        raw = Raw(key, as_json(content), tuple(as_headers(attributes)))
    else:
        raw = Raw(key, as_json(attributes | {"data": content}), ((b"content-type", b"application/cloudevents+json"),))
    text_is_good = b"\xed" not in (raw.value or b"") or _is_utf8(raw.value or b"")
    return identified(kind, raw, attributes, text_is_good or raw.headers[0][1] != b"application/cloudevents+json")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _repeated(chance: Random, service: str, name: str, repeated: list[tuple[str, str]]) -> Hostile:
    """An id that was used before with another body, ids that become one when they are joined, the system's own ids."""
    if not repeated or chance.random() < 0.4:
        repeated += [(f"urn:x{name}", f"a\n{name}"), (f"urn:x{name}\na", name), (f"urn:x{name}", name)]
    source, id_ = chance.choice(repeated)
    type_, content, subject = drawn(chance, service, 0)
    attributes = plain(id_, type_, subject, source)
    raw = Raw(subject.encode(), as_json(content), tuple(as_headers(attributes)))
    return identified("repeated", raw, attributes, "\n" not in source + id_)


def _foreign_type(chance: Random, service: str, name: str, _: list[tuple[str, str]]) -> Hostile:
    """A command of another service, an event, an outcome, or a type that nobody knows."""
    types = [*COMMANDS, *EVENTS, "forcegen.outcomes.CommandDecided", "x", "x" * 2048, f"forcegen.{service}."]
    attributes = plain(name, chance.choice(types), word(chance, 8))
    raw = Raw(attributes["subject"].encode(), b"{}", tuple(as_headers(attributes)))
    return identified("foreign type", raw, attributes, True)
