"""What an auditor needs, in one file: it trusts neither the operators nor their database, and imports none of it.

    python verifier.py BUNDLE.json --key 'forcegen.example+1234abcd+AQ...' [--since CHECKPOINT]

It needs Python's standard library and the package `cryptography`. Whether a proof holds is decided here and nowhere
else: the rest of the audit room makes proofs. Sources: RFC 6962 (section 2.1; the checks as in RFC 9162, sections 2.1.3
and 2.1.4), C2SP signed-note and tlog-checkpoint. A record's leaf is described in docs/reference/audit-log.md.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\x01"
SIGNED = "\n\n\N{EM DASH} "


class Wrong(Exception):
    """Something does not hold; the message says what."""


class Record(NamedTuple):
    """A record of Kafka, all of it. `None` is null, which is not the same as empty."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


def entry(record: Record) -> bytes:
    """The entry of a record in the log: eight lines. Texts of any length are told by their SHA-256, null by `-`."""
    lines = (
        *("forcegen-record/v1", record.topic, record.partition, record.offset, record.timestamp_ms),
        *(_digest(record.key), _digest(_headers(record.headers)), _digest(record.value)),
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _digest(data: bytes | None) -> str:
    return "-" if data is None else hashlib.sha256(data).hexdigest()


def _headers(headers: Sequence[tuple[str, bytes | None]]) -> bytes:
    """Names and values in Kafka's order, each behind its length in bytes (four, big endian); null is -1 long."""
    parts: list[bytes] = []
    for name, value in headers:
        text = name.encode("utf-8", "surrogatepass")
        parts += [len(text).to_bytes(4, "big"), text]
        parts += [b"\xff\xff\xff\xff"] if value is None else [len(value).to_bytes(4, "big"), value]
    return b"".join(parts)


def leaf_hash(data: bytes) -> bytes:
    """Of an entry of the log."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """That the leaf hash is at `index` of the tree of this size and root. Raises `Wrong`."""
    if not 0 <= index < size:
        raise Wrong(f"leaf {index} is not in a tree of {size}")
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise Wrong(f"the proof of leaf {index} is too long")
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    if last != 0 or found != root:
        raise Wrong(f"leaf {index} is not in the tree of {size} with this root")


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """That the tree of size `old` is the beginning of the tree of size `new`. Raises `Wrong`."""
    if not 0 <= old <= new:
        raise Wrong(f"a tree of {old} is not the beginning of one of {new}")
    if old in (0, new):
        if proof or (old == new and old_root != new_root):
            raise Wrong(f"there are two trees of {old}" if old else "nothing is consistent without a proof")
        return
    steps = list(proof)
    if old & (old - 1) == 0:  # the old tree is a whole subtree of the new one: its root begins the way
        steps.insert(0, old_root)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not steps:
        raise Wrong("the proof of consistency is empty")
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise Wrong("the proof of consistency is too long")
        if at & 1 or at == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, step)
        at, last = at >> 1, last >> 1
    if last != 0 or first != old_root or second != new_root:
        raise Wrong(f"the log of {old} records is not the beginning of the log of {new}: history was rewritten")


@dataclass(frozen=True)
class VerifierKey:
    """Whose signatures are believed: `<name>+<key id>+<base64>`, as Go's sumdb writes it."""

    name: str
    id: bytes
    public: bytes

    @classmethod
    def read(cls, text: str) -> "VerifierKey":
        """Raises `Wrong` for what is no key."""
        try:
            name, hexadecimal, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            found = cls(name, bytes.fromhex(hexadecimal), raw[1:])
        except ValueError as error:
            raise Wrong("this is no verifier key: <name>+<key id>+<base64>") from error
        if raw[:1] != ED25519 or len(found.public) != 32 or found.id != key_id(name, found.public):
            raise Wrong(f"the verifier key of {name} is damaged, or not of Ed25519")
        return found

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes by which a signature names its key (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def check_note(note: str, keys: Iterable[VerifierKey]) -> tuple[str, list[VerifierKey]]:
    """The text of a signed note, and which of the keys signed it: at least one. Raises `Wrong`.

    Signatures of others are passed over; a bad one of a known key is a fault even beside a good one.
    """
    at = note.rfind(SIGNED)
    if at < 0 or not note.endswith("\n") or "\r" in note:
        raise Wrong("this is no signed note")
    text, known = note[: at + 1], {(key.name, key.id): key for key in keys}
    signers: list[VerifierKey] = []
    for line in note[at + 2 :].splitlines():
        name, signature = _signature(line)
        key = known.get((name, signature[:4]))
        if key is None or key in signers:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], text.encode())
        except InvalidSignature as error:
            raise Wrong(f"the signature of {name} does not hold") from error
        signers.append(key)
    if not signers:
        raise Wrong("none of the keys that are believed has signed this")
    return text, signers


def _signature(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise Wrong("a signature of the note is not base64") from error
    if dash != "\N{EM DASH}" or not name or "+" in name or len(raw) < 5:
        raise Wrong("a line of signatures is malformed")
    return name, raw


class Checkpoint(NamedTuple):
    """What a log says of itself at a moment: how many records, and the root of the tree over them (tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Raises `Wrong`. Lines behind the third are extensions, which change nothing here."""
        lines = text.split("\n")
        try:
            found = cls(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
        except (IndexError, ValueError) as error:
            raise Wrong("this is no checkpoint") from error
        if not found.origin or len(found.root) != 32 or str(found.size) != lines[1] or found.size < 0:
            raise Wrong("this is no checkpoint")
        return found


def check_checkpoint(note: str, keys: Iterable[VerifierKey], origin: str | None = None) -> Checkpoint:
    """A checkpoint that one of the keys signed; of this log, where `origin` names one. Raises `Wrong`."""
    text, signers = check_note(note, keys)
    found = Checkpoint.read(text)
    if found.origin != (origin or signers[0].name):
        raise Wrong(f"this is a checkpoint of {found.origin}, not of {origin or signers[0].name}")
    return found


def check_bundle(bundle: Mapping[str, Any], keys: Sequence[VerifierKey], since: Checkpoint | None = None) -> Record:
    """The record that a bundle proves: its content is hashed anew, and only then believed. Raises `Wrong`."""
    told = bundle["record"]
    headers = [(name, _bytes(value)) for name, value in told["headers"]]
    place = (told["topic"], told["partition"], told["offset"], told["timestamp_ms"])
    record = Record(*place, _bytes(told["key"]), _bytes(told["value"]), headers)
    checkpoint = check_checkpoint(bundle["checkpoint"], keys)
    proof = [base64.b64decode(one) for one in bundle["inclusion"]]
    check_inclusion(bundle["leaf"], checkpoint.size, leaf_hash(entry(record)), proof, checkpoint.root)
    if since is not None:
        steps = [base64.b64decode(one) for one in bundle.get("consistency", [])]
        check_consistency(since.size, checkpoint.size, since.root, checkpoint.root, steps)
    return record


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """0: it holds. 1: it does not, and why is told."""
    parser = argparse.ArgumentParser(description="Check an offline proof bundle of a Forcegen audit log.")
    parser.add_argument("bundle", help="the bundle, as JSON")
    parser.add_argument("--key", action="append", required=True, help="a verifier key that is believed")
    parser.add_argument("--since", help="a checkpoint that was kept: the log is to be its continuation")
    given = parser.parse_args(arguments)
    try:
        keys = [VerifierKey.read(text) for text in given.key]
        since = check_checkpoint(_text(given.since), keys) if given.since else None
        record = check_bundle(json.loads(_text(given.bundle)), keys, since)
    except (Wrong, OSError, ValueError, KeyError, TypeError) as fault:
        sys.stderr.write(f"NOT PROVEN: {fault}\n")
        return 1
    sys.stdout.write(f"proven: {record.topic} {record.partition}/{record.offset}\n")
    return 0


def _text(path: str) -> str:
    return Path(path).read_bytes().decode()


if __name__ == "__main__":
    sys.exit(main())
