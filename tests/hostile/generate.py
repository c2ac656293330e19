"""Hostile records from a seed: what a broken, foreign or malicious sender can put on any topic of the system.

Pure: a seed gives a list, and the list says of each record what must become of it. `identity` is what its sender
wrote as source and id; where `answered` is true both are plain, and the sender must be answered on the outcome topic.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from contracts.registry import COMMANDS, EVENTS, commands_of, events_of
from tests.hostile import behind
from tests.hostile.commands import data, event_stream, from_schema, stream
from tests.hostile.texts import ODD_INSTANTS, edge_day, long_text, odd_bytes, odd_text, word
from tests.hostile.wire import Raw

DECIDING: Final = ("approvals", "vacancies", "deployments")
PARTITIONS: Final = 4
COMMAND_BYTES, RECORD_BYTES = 4_194_304, 1_048_576
"""What a commands topic and any other topic take."""
Attributes = dict[str, Any]
Headers = list[tuple[bytes, bytes | None]]
SHARED: Final = ("contributor/", "mission/")
"""Streams that honest senders may use too: there are few of them, so nothing is forged in one."""
LARGE_SHARE: Final = 0.004
"""Records of megabytes are few, or a run would measure nothing but copying."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """One record, and what is known of it."""

    kind: str
    raw: Raw
    identity: tuple[str, str] | None = None
    answered: bool = False
    status: str | None = None
    """What the answer must be, where that is known."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Records that are sent as one batch. `twist` names what is done to the batch's bytes."""

    topic: str
    partition: int
    records: tuple[Hostile, ...]
    codec: str = "none"
    twist: str = "none"
    age_ms: int | None = None
    """How long before now the batch says it was made; None for a timestamp of its own."""
    timestamp_ms: int = 0
    producer: tuple[int, int, int] = (-1, -1, -1)
    """Id, epoch and first sequence of an idempotent producer; none where they are -1."""


def parcels(seed: int, number: int) -> list[Parcel]:
    """Parcels with at least so many records together, one of each twist, bomb and large part among them."""
    chance = Random(seed)  # noqa: S311
    repeated: list[tuple[str, str]] = []
    made_parcels = _one_of_each(chance, str(seed), repeated) if number else []
    made = sum(len(parcel.records) for parcel in made_parcels)
    while made < number:
        made_parcels.append(_parcel(chance, f"{seed}-{made}", repeated))
        made += len(made_parcels[-1].records)
    chance.shuffle(made_parcels)
    return made_parcels


def _one_of_each(chance: Random, name: str, repeated: list[tuple[str, str]]) -> list[Parcel]:
    """What chance alone would bring too seldom for a short run."""
    one_of_each = []
    for nr, twist in enumerate((*TWISTS, *BOMBS)):
        topic = f"{chance.choice(DECIDING)}.{chance.choice(('commands', 'commands', 'events'))}"
        records = tuple(_record(chance, topic, f"h-{name}-twist-{nr}-{each}", repeated) for each in range(3))
        one_of_each.append(_twisted(Parcel(topic, chance.randrange(PARTITIONS), records, age_ms=0), twist))
    for nr, part in enumerate(PARTS):
        topic = f"{chance.choice(DECIDING)}.{'commands' if nr % 4 else 'events'}"
        record = _large(chance, topic, f"h-{name}-large-{nr}", part)
        one_of_each.append(Parcel(topic, chance.randrange(PARTITIONS), (record,), age_ms=0))
    for stamp in STAMPS:
        record = _record(chance, "approvals.commands", f"h-{name}-stamp-{stamp}", repeated)
        one_of_each.append(Parcel("approvals.commands", chance.randrange(PARTITIONS), (record,), timestamp_ms=stamp))
    for nr, (what, attributes, content) in enumerate(behind.commands(chance, f"h-{name}-behind")):
        subject = str(attributes["subject"])
        value = content if isinstance(content, bytes) else _json(content)
        raw = Raw(subject.encode(), value, tuple(as_headers(attributes)))
        record = replace(_identified(f"behind: {what}", raw, attributes, True), status="invalid")
        topic = f"{str(attributes['type']).split('.')[1]}.commands"
        one_of_each.append(Parcel(topic, nr % PARTITIONS, (record,), age_ms=0))
    return one_of_each


def bombs() -> list[Parcel]:
    """One of each, for a commands topic that has nothing else to do."""
    topic = f"{DECIDING[0]}.commands"
    return [_twisted(Parcel(topic, nr % PARTITIONS, (), age_ms=0), twist) for nr, twist in enumerate(BOMBS)]


def _twisted(parcel: Parcel, twist: str) -> Parcel:
    if twist in BOMBS:
        return replace(parcel, records=(Hostile("bomb", Raw(b"bomb", None, ())),), codec=BOMBS[twist][0], twist=twist)
    return replace(parcel, codec=TWIST_CODECS.get(twist, "none"), twist=twist)


def _parcel(chance: Random, name: str, repeated: list[tuple[str, str]]) -> Parcel:
    topic = _topic(chance)
    size = chance.choice((1, 1, 1, 1, 2, 5))
    records = tuple(_record(chance, topic, f"h-{name}-{nr}", repeated) for nr in range(size))
    plain = Parcel(topic, chance.randrange(PARTITIONS), records, age_ms=0)
    return _batched(chance, plain)


def _topic(chance: Random) -> str:
    service = chance.choice(DECIDING)
    kind = chance.random()
    if kind < 0.8:
        return f"{service}.commands"
    if kind < 0.92:
        return f"{service}.events"
    return f"{service}.outcomes" if kind < 0.96 else f"{chance.choice((*DECIDING, 'reporting'))}.dead-letters"


def _batched(chance: Random, parcel: Parcel) -> Parcel:
    """How the batch is compressed, stamped and spoilt."""
    if chance.random() < BOMB_SHARE:
        return _twisted(parcel, chance.choice(sorted(BOMBS)))
    kind = chance.random()
    if kind < 0.55:
        return parcel
    if kind < 0.75:
        return replace(parcel, codec=chance.choice(("gzip", "snappy", "lz4", "zstd")))
    if kind < 0.85:
        return _twisted(parcel, chance.choice(TWISTS))
    if kind < 0.95:
        return replace(parcel, age_ms=None, timestamp_ms=chance.choice(STAMPS))
    return replace(parcel, producer=(chance.randrange(10**6, 10**9), 0, 0))


TWIST_CODECS: Final = {
    "gzip trailer": "gzip",
    "gzip members": "gzip",
    "gzip name": "gzip",
    "lz4 tail": "lz4",
    "zstd tail": "zstd",
    "zstd frames": "zstd",
    "snappy tail": "snappy",
    "snappy plain": "snappy",
    "bytes behind": "gzip",
}
BOMBS: Final = {"gzip bomb": ("gzip", 40_000_000), "zstd bomb": ("zstd", 120_000_000), "lz4 bomb": ("lz4", 30_000_000)}
"""A few kilobytes that unpack to so many bytes: limits of brokers are on what is packed."""
BOMB_SHARE: Final = 0.001
STAMPS: Final = (0, -1, 1, -(10**6), -62_135_596_800_000, 10**9, -(2**62), 946_684_799_999)
"""Milliseconds since 1970, as batches may say: before all time, unset dates of other systems, before 2000."""
PARTS: Final = ("value", "key", "header value", "header name", "headers")
TWISTS: Final = (*TWIST_CODECS, "record attributes", "delta of time", "tail of record")
"""What is done to a batch so that a broker may still take it: trailers that it never reads, framings that few write."""


def _record(chance: Random, topic: str, name: str, repeated: list[tuple[str, str]]) -> Hostile:
    service, _, kind = topic.partition(".")
    if chance.random() < LARGE_SHARE:
        return _large(chance, topic, name, chance.choice(PARTS))
    if kind == "commands":
        return chance.choices(
            (_garbage, _attributes, _structured, _edges, _near, _repeated, _foreign_type),
            (12, 24, 12, 26, 14, 8, 4),
        )[0](chance, service, name, repeated)
    if kind == "events":
        return chance.choice((_garbage, _unknown_event, _newer_event, _forged_event))(chance, service, name, repeated)
    return chance.choice((_garbage, _forged_place))(chance, service, name, repeated)


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
        (b"content-type" if name == "datacontenttype" else b"ce_" + name.encode(), _octets(value))
        for name, value in attributes.items()
        if value is not None
    ]


def _octets(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def drawn(chance: Random, service: str, odd: float) -> tuple[str, Any, str]:
    """Type, data and subject of a command; each field is beyond its edge with the probability `odd`."""
    type_ = chance.choice(sorted(commands_of(service)))
    content = data(chance, type_, odd)
    return type_, content, stream(type_, content) or f"{word(chance, 4)}/{word(chance, 6)}"


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _garbage(chance: Random, _: str, __: str, ___: list[tuple[str, str]]) -> Hostile:
    key = chance.choice((None, odd_bytes(chance), chance.randbytes(chance.choice((40, 3000, 4000, 9000)))))
    value = chance.choice((None, odd_bytes(chance), chance.randbytes(chance.choice((10, 1000, 70_000)))))
    return Hostile("garbage", Raw(key, value, tuple(_odd_headers(chance, chance.choice((0, 1, 3, 150))))))


def _odd_headers(chance: Random, number: int) -> Headers:
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


def _attributes(chance: Random, service: str, name: str, _: list[tuple[str, str]]) -> Hostile:
    """A command in binary mode with some of its attributes at fault."""
    type_, content, subject = drawn(chance, service, 0)
    attributes = plain(name, type_, subject)
    touched = chance.sample(NAMES, chance.choice((1, 1, 1, 2, 3)))
    for one in touched:
        attributes[one] = _odd_attribute(chance, one)
    headers = as_headers(attributes)
    spoilt = chance.random()
    if spoilt < 0.15:
        headers += _odd_headers(chance, chance.choice((1, 2, 30)))
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
    key = (
        _octets(attributes.get("subject") or "") if chance.random() < 0.8 else chance.choice((None, odd_bytes(chance)))
    )
    can = spoilt < 0.15 or not {"id", "source"} & {*touched}
    return _identified(
        "attributes", Raw(key, _json(content), tuple(headers)), attributes, can and _reads(headers, name)
    )


def _reads(headers: Headers, name: str) -> bool:
    """Whether id and source stand in the headers once and as they were meant."""
    ids = [value for key, value in headers if key == b"ce_id" and value is not None]
    sources = [value for key, value in headers if key == b"ce_source" and value is not None]
    types = [value or b"" for key, value in headers if key.lower() == b"content-type"]
    structured = any(one.lower().startswith(b"application/cloudevents") for one in types)
    return ids == [name.encode()] and sources == [b"urn:hostile"] and not structured


NAMES: Final = (
    *("specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype"),
    *("recordedtime", "correlationid", "causationid", "actor", "traceparent", "streamversion", "position"),
    "effectivetime",
)


def _odd_attribute(chance: Random, name: str) -> Any:
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


def _identified(kind: str, raw: Raw, attributes: Attributes, answered: bool) -> Hostile:
    source, id_ = (_lenient(attributes.get(name)) for name in ("source", "id"))
    return Hostile(kind, raw, (source, id_), answered)


def _lenient(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


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
        attributes["data_base64"] = b64encode(_json(attributes.pop("data"))).decode()
    text = _json(attributes)
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
    return _identified("structured", raw, attributes, answered)


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
        raw = Raw(key, _json(content), tuple(as_headers(attributes)))
    else:
        raw = Raw(key, _json(attributes | {"data": content}), ((b"content-type", b"application/cloudevents+json"),))
    text_is_good = b"\xed" not in (raw.value or b"") or _is_utf8(raw.value or b"")
    return _identified(kind, raw, attributes, text_is_good or raw.headers[0][1] != b"application/cloudevents+json")


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
    raw = Raw(subject.encode(), _json(content), tuple(as_headers(attributes)))
    return _identified("repeated", raw, attributes, "\n" not in source + id_)


def _foreign_type(chance: Random, service: str, name: str, _: list[tuple[str, str]]) -> Hostile:
    """A command of another service, an event, an outcome, or a type that nobody knows."""
    types = [*COMMANDS, *EVENTS, "forcegen.outcomes.CommandDecided", "x", "x" * 2048, f"forcegen.{service}."]
    attributes = plain(name, chance.choice(types), word(chance, 8))
    raw = Raw(attributes["subject"].encode(), b"{}", tuple(as_headers(attributes)))
    return _identified("foreign type", raw, attributes, True)


def _event(chance: Random, service: str) -> Attributes:
    """Attributes as the relay of a service writes them, for a stream that no honest sender uses."""
    id_ = f"{chance.getrandbits(32):08x}-0000-4000-8000-{chance.getrandbits(48):012x}"
    type_ = chance.choice(sorted(events_of(service)))
    return plain(id_, type_, f"forged/{word(chance, 8)}", f"urn:forcegen:{service}") | {
        "recordedtime": "2022-07-01T10:00:00Z",
        "correlationid": "c",
        "causationid": "c",
        "streamversion": "1",
        "position": str(10**9 + chance.randrange(10**6)),
    }


def _unknown_event(chance: Random, service: str, _: str, __: list[tuple[str, str]]) -> Hostile:
    attributes = _event(chance, service) | {"type": f"forcegen.{service}.{word(chance, 9)}"}
    return Hostile("unknown event", Raw(b"forged", b'{"a":1}', tuple(as_headers(attributes))))


def _newer_event(chance: Random, service: str, _: str, __: list[tuple[str, str]]) -> Hostile:
    attributes = _event(chance, service)
    name = attributes["type"].removeprefix("forcegen.")
    attributes["dataschema"] = f"urn:forcegen:{name}:{chance.choice((2, 9, 9999, 10_000, 0))}"
    return Hostile("newer event", Raw(attributes["subject"].encode(), b"{}", tuple(as_headers(attributes))))


def _forged_event(chance: Random, service: str, _: str, __: list[tuple[str, str]]) -> Hostile:
    """An event that the service never recorded: of a stream of its own, with numbers at their edges."""
    attributes = _event(chance, service)
    for one in chance.sample(("streamversion", "position", "recordedtime", "id", "time", "correlationid"), 2):
        attributes[one] = _odd_attribute(chance, one)
    content = from_schema(chance, EVENTS[attributes["type"]].model_json_schema(), 0.05)
    own = event_stream(attributes["type"], content)
    if own is not None and not own.startswith(SHARED):
        attributes["subject"] = own
    return Hostile("forged event", Raw(attributes["subject"].encode(), _json(content), tuple(as_headers(attributes))))


def _forged_place(chance: Random, service: str, name: str, _: list[tuple[str, str]]) -> Hostile:
    """A record in a topic that a service writes, which claims a place in its log."""
    place = str(chance.choice((0, 1, 2, 3, 10, 10**6, 2**63 - 1, 2**63, -1))).encode()
    header = chance.choice((b"ce_position", b"dead-letter-position"))
    headers = (
        (header, place),
        *as_headers(plain(name, "forcegen.outcomes.CommandDecided", "x", f"urn:forcegen:{service}")),
    )
    return Hostile("forged place", Raw(chance.choice((b"x", None)), chance.choice((b"{}", None)), headers))


def _large(chance: Random, topic: str, name: str, part: str) -> Hostile:
    """One part of a record as large as the topic lets it be."""
    bytes_max = (COMMAND_BYTES if topic.endswith(".commands") else RECORD_BYTES) - 1_000
    attributes = plain(name, f"forcegen.{topic.partition('.')[0]}.Nothing", "large")
    headers = as_headers(attributes)
    if part == "value":
        raw = Raw(b"large", b"x" * bytes_max, ())
        return Hostile("large value", raw)
    if part == "key":
        return Hostile("large key", Raw(chance.randbytes(min(bytes_max, 1_500_000)), b"v", ()))
    if part == "header value":
        headers.append((b"x", chance.randbytes(min(bytes_max - 1000, 1_500_000))))
    elif part == "header name":
        headers.append((b"n" * min(bytes_max - 1000, 1_500_000), b"v"))
    else:
        headers += [(b"h%d" % nr, b"v" * 20) for nr in range(20_000)]
    return _identified(f"large {part}", Raw(b"large", b"{}", tuple(headers)), attributes, True)


def described(parcels_sent: Sequence[Parcel]) -> dict[str, int]:
    """How many records of each kind."""
    kinds: dict[str, int] = {}
    for parcel in parcels_sent:
        for one in parcel.records:
            kinds[one.kind] = kinds.get(one.kind, 0) + 1
    return dict(sorted(kinds.items()))
