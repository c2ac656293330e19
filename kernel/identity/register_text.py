"""Reads the text of a register of producers; the first wrong line refuses all of it.

    forcegen producers
    version 7

    # Kazakhstan's ministry of foreign affairs
    producer mfa-kz
    source urn:mfa:kz
    source urn:mfa:kz:
    key ed25519:<base64> from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z
    must-sign
    command forcegen.deployments.PlanTour
    contributor KAZ

Lines of a producer may come in any order; blank lines and those that begin with # are comments.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Final, TypeAlias

from contracts.command_topics import PRODUCER_NAME
from contracts.limits import ATTRIBUTE_BYTES_MAX
from contracts.text import unfit
from contracts.verifiability import KeyRefused, PublicKey
from kernel.identity.person import people_at_least
from kernel.identity.quick_keys import QuickKey
from kernel.identity.register import (
    OPERATORS_MIN,
    Producer,
    Register,
    RegisteredKey,
    RegisterRefused,
    is_prefix,
)
from kernel.identity.register_commands import types_of
from kernel.identity.register_kafka import unfit_rights, unfit_topic, unfit_user
from kernel.identity.senders import is_reserved
from kernel.identity.signed_note import Malformed, Unsigned, Verifier, open_note

TITLE: Final = "forcegen producers"
VERSION_MAX: Final = 2**31 - 1
EVERY: Final = "*"
_VERSION: Final = re.compile(r"version ([1-9][0-9]{0,9})", re.ASCII)
_STATE: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_PERIODS: Final = ("from", "until", "revoked")
Numbered: TypeAlias = tuple[int, str]
"""A line's number, from 1, and its text."""


def open_register(note: str, operators: Collection[Verifier]) -> Register:
    """The register in a signed note (C2SP signed-note) that at least two of the operators have signed.

    Raises:
        RegisterRefused: it is not signed so, or one of its lines is wrong.
    """
    try:
        text, signed = open_note(note, operators)
    except Malformed as fault:
        raise RegisterRefused(f"The register is no signed note: {fault}. Sign it: forcegen producers sign.") from fault
    except Unsigned as fault:
        raise RegisterRefused(f"The register is not signed: {fault}. Sign it: forcegen producers sign.") from fault
    if people_at_least(signed) < OPERATORS_MIN:
        names = ", ".join(one.name for one in signed)
        raise RegisterRefused(f"The register is signed by {names} alone. Two operators sign it, each with a key.")
    return parse(text)


def operators_named(setting: str | None) -> list[Verifier]:
    """The operators' keys of a setting, comma separated; raises as `operators_of`."""
    return operators_of((setting or "").split(","))


def operators_of(texts: Iterable[str]) -> list[Verifier]:
    """The operators' keys, each `<name>+<id>+<key>` as C2SP signed-note writes it.

    Raises:
        RegisterRefused: one is no such key, or one that anybody can sign with, or there are fewer than two.
    """
    verifiers = []
    for text in filter(None, map(str.strip, texts)):
        try:
            verifier = Verifier.parse(text)
            PublicKey.parse(f"ed25519:{b64encode(verifier.public).decode()}")
        except (Malformed, KeyRefused) as fault:
            raise RegisterRefused(f"An operator's key cannot be used: {fault}") from fault
        verifiers.append(verifier)
    if people_at_least(verifiers) < OPERATORS_MIN:
        raise RegisterRefused("Fewer than two operators' keys are named (FORCEGEN_PRODUCERS_OPERATORS).")
    return verifiers


def parse(text: str) -> Register:
    """The register of a text, whoever signed it.

    Raises:
        RegisterRefused: a line is wrong; the message names it.
    """
    lines = text.removesuffix("\n").split("\n")
    if lines[0] != TITLE:
        raise _wrong(1, f"It is not {TITLE!r}. Is this a register of producers?")
    match = _VERSION.fullmatch(lines[1]) if len(lines) > 1 else None
    if match is None or int(match[1]) > VERSION_MAX:
        raise _wrong(2, "It is no version. Write e.g. `version 7`.")
    rest = [(nr, line) for nr, line in enumerate(lines[2:], 3) if line and not line.startswith("#")]
    blocks = [_producer(block) for block in _blocks(rest)]
    _check_together(blocks)
    producers = {block.producer.name: block.producer for block in blocks}
    return Register(int(match[1]), sha256(text.encode()).hexdigest(), producers)


@dataclass(slots=True)
class _Block:
    """A producer, and the line of each of its values."""

    producer: Producer
    at: dict[tuple[str, str], int] = field(default_factory=dict)

    def note(self, nr: int, word: str, value: str) -> None:
        if (word, value) in self.at:
            raise _wrong(nr, f"{word} {value[:80]} is there twice. Remove one.")
        self.at[word, value] = nr


def _blocks(lines: Iterable[Numbered]) -> list[list[Numbered]]:
    """The lines of each producer."""
    blocks: list[list[Numbered]] = []
    for nr, line in lines:
        if line.startswith("producer "):
            blocks.append([])
        if not blocks:
            raise _wrong(nr, "It belongs to no producer. Begin with `producer NAME`.")
        blocks[-1].append((nr, line))
    return blocks


def _producer(lines: list[Numbered]) -> _Block:
    (begin, first), *rest = lines
    name = first.removeprefix("producer ")
    if not PRODUCER_NAME.fullmatch(name):
        raise _wrong(begin, "A producer's name has lower-case letters, digits and hyphens, at most 64.")
    block = _Block(Producer(name, ()))
    block.note(begin, "producer", name)
    for nr, line in rest:
        word, _, value = line.partition(" ")
        read = _WORDS.get(word)
        if read is None:
            raise _wrong(nr, f"{word[:40]!r} is not understood here. Known are: {', '.join(_WORDS)}.")
        block.producer = read(block, nr, value)
    _check_whole(block.producer, begin)
    return block


def _check_whole(producer: Producer, begin: int) -> None:
    if not producer.sources:
        raise _wrong(begin, f"{producer.name} has no source. Add `source URI`.")
    if not producer.commands:
        raise _wrong(begin, f"{producer.name} may send nothing. Add `command TYPE`, or `command SERVICE.*`.")
    if producer.contributors is not None and not producer.contributors:
        raise _wrong(begin, f"{producer.name} may speak of no State. Add `contributor KAZ`, or `contributor *`.")
    if producer.must_sign and not producer.keys:
        raise _wrong(begin, f"{producer.name} must sign and has no key. Add `key ALGORITHM:BASE64 from INSTANT`.")
    if reason := unfit_rights(producer):
        raise _wrong(begin, reason)


def _source(block: _Block, nr: int, value: str) -> Producer:
    if not value or unfit(value) is not None or any(letter.isspace() for letter in value):
        raise _wrong(nr, "A source is a URI without blanks and control characters.")
    if len(value.encode()) > ATTRIBUTE_BYTES_MAX:
        raise _wrong(nr, f"A source has at most {ATTRIBUTE_BYTES_MAX:,} bytes.")
    if is_reserved(value) or (is_prefix(value) and "urn:forcegen:".startswith(value.lower())):
        raise _wrong(nr, "Sources under urn:forcegen belong to this system.")
    block.note(nr, "source", value)
    return replace(block.producer, sources=(*block.producer.sources, value))


def _registered_key(block: _Block, nr: int, value: str) -> Producer:
    text, *words = value.split(" ")
    periods = dict(zip(words[::2], words[1::2], strict=False))
    if len(words) % 2 or list(periods) != [word for word in _PERIODS if word in periods] or "from" not in periods:
        raise _wrong(nr, "Write `key ALGORITHM:BASE64 from INSTANT`, then `until INSTANT` and `revoked INSTANT` if so.")
    try:
        public = QuickKey.parse(text)
    except KeyRefused as fault:
        raise _wrong(nr, str(fault)) from fault
    instants = {word: _instant(nr, at) for word, at in periods.items()}
    key = RegisteredKey(public, instants["from"], instants.get("until"), instants.get("revoked"))
    if key.end is not None and key.end <= key.start:
        raise _wrong(nr, "The key ends before it begins.")
    block.note(nr, "key", text)
    return replace(block.producer, keys=(*block.producer.keys, key))


def _instant(nr: int, text: str) -> datetime:
    try:
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        pass
    raise _wrong(nr, f"{text[:40]!r} is no instant. Write e.g. 2026-01-01T00:00:00Z, in UTC.")


def _command(block: _Block, nr: int, value: str) -> Producer:
    try:
        types = types_of(value)
    except RegisterRefused as refused:
        raise _wrong(nr, str(refused)) from refused
    block.note(nr, "command", value)
    return replace(block.producer, commands=block.producer.commands | types)


def _contributor(block: _Block, nr: int, value: str) -> Producer:
    states = block.producer.contributors
    if value != EVERY and not _STATE.fullmatch(value):
        raise _wrong(nr, "A State has three capital letters (ISO 3166-1 alpha-3), or is * for every State.")
    if states is None or (value == EVERY and states):
        raise _wrong(nr, "`contributor *` stands for every State: name no other beside it.")
    block.note(nr, "contributor", value)
    return replace(block.producer, contributors=None if value == EVERY else states | {value})


def _topic(block: _Block, nr: int, value: str) -> Producer:
    if reason := unfit_topic(value, block.producer.name):
        raise _wrong(nr, reason)
    block.note(nr, "topic", value)
    return replace(block.producer, topics=block.producer.topics | {value})


def _broker(block: _Block, nr: int, value: str) -> Producer:
    if reason := unfit_user(value):
        raise _wrong(nr, reason)
    block.note(nr, "broker", value)
    return replace(block.producer, brokers=block.producer.brokers | {value})


def _login(block: _Block, nr: int, value: str) -> Producer:
    if not value or unfit(value) is not None or len(value.encode()) > ATTRIBUTE_BYTES_MAX:
        raise _wrong(nr, "A login is the id of a principal over HTTP, without control characters.")
    block.note(nr, "login", value)
    return replace(block.producer, logins=block.producer.logins | {value})


def _flag(word: str, block: _Block, nr: int, value: str) -> Producer:
    if value:
        raise _wrong(nr, f"`{word}` stands alone.")
    block.note(nr, word, "")
    return replace(block.producer, **{word.replace("-", "_"): True})  # type: ignore[arg-type]  # by name


_WORDS: Final[Mapping[str, Callable[[_Block, int, str], Producer]]] = {
    "source": _source,
    "key": _registered_key,
    "must-sign": partial(_flag, "must-sign"),
    "names-officials": partial(_flag, "names-officials"),
    "broker": _broker,
    "login": _login,
    "topic": _topic,
    "command": _command,
    "contributor": _contributor,
}


def _check_together(blocks: Collection[_Block]) -> None:
    """No two producers share a name, a key, a source, a user at the brokers or a login, in whatever letter case."""
    taken: dict[tuple[str, str], str] = {}
    for block in blocks:
        for (word, value), nr in block.at.items():
            if word not in ("producer", "key", "broker", "login", "source"):
                continue
            unique = value if word == "key" else value.casefold()
            other = taken.setdefault((word, unique), block.producer.name)
            if other != block.producer.name:
                raise _wrong(nr, f"{word} {value[:80]} is that of {other}. One of each belongs to one producer.")
    names = [block.producer.name for block in blocks]
    for block in blocks:
        if names.count(block.producer.name) > 1:
            raise _wrong(block.at["producer", block.producer.name], f"{block.producer.name} is there twice.")
    _check_prefixes(blocks, taken)


def _check_prefixes(blocks: Collection[_Block], taken: Mapping[tuple[str, str], str]) -> None:
    """No source of one producer lies under a prefix of another."""
    prefixes = [(value, name) for (word, value), name in taken.items() if word == "source" and is_prefix(value)]
    for block in blocks:
        for (word, value), nr in block.at.items():
            for start, name in prefixes if word == "source" else ():
                if name != block.producer.name and value.casefold().startswith(start):
                    raise _wrong(nr, f"The source lies under {start}, which belongs to {name}.")


def _wrong(nr: int, what: str) -> RegisterRefused:
    return RegisterRefused(f"line {nr}: {what}")
