"""Hostile records from a seed: what a broken, foreign or malicious sender can put on any topic of the system.

Pure: a seed gives a list, and the list says of each record what must become of it. `identity` is what its sender
wrote as source and id; where `answered` is true both are plain, and the sender must be answered on the outcome topic.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from tests.hostile import behind
from tests.hostile.forged import forged_event, forged_place
from tests.hostile.odd_commands import odd_command
from tests.hostile.records import DECIDING, Hostile, as_headers, as_json, identified, plain
from tests.hostile.wire import Raw

PARTITIONS: Final = 4
COMMAND_BYTES, RECORD_BYTES = 4_194_304, 1_048_576
"""What a commands topic and any other topic take."""
LARGE_SHARE: Final = 0.004
"""Records of megabytes are few, or a run would measure nothing but copying."""


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
        value = content if isinstance(content, bytes) else as_json(content)
        raw = Raw(subject.encode(), value, tuple(as_headers(attributes)))
        record = replace(identified(f"behind: {what}", raw, attributes, True), status="invalid")
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
        return odd_command(chance, service, name, repeated)
    if kind == "events":
        return forged_event(chance, service)
    return forged_place(chance, service, name)


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
    return identified(f"large {part}", Raw(b"large", b"{}", tuple(headers)), attributes, True)


def described(parcels_sent: Sequence[Parcel]) -> dict[str, int]:
    """How many records of each kind."""
    kinds: dict[str, int] = {}
    for parcel in parcels_sent:
        for one in parcel.records:
            kinds[one.kind] = kinds.get(one.kind, 0) + 1
    return dict(sorted(kinds.items()))
