"""Check a log without trusting who keeps it: one file, Python's own library and `cryptography`, nothing of the house.

    python verifier.py --key KEY [--since CHECKPOINT] DIRECTORY-OR-URL      an export, or a server
    python verifier.py --key KEY [--since CHECKPOINT] --bundle FILE         one record, offline

The key is the auditor's own note of it, never the server's word. Content is hashed again: a root that fits proves
nothing about rows that nobody read. Everything that the room computes is computed here a second time on purpose, so
that a fault in one is seen by the other. The forms: RFC 6962; C2SP signed-note, tlog-checkpoint, tlog-tiles; leaves:
docs/decisions/0011-what-a-leaf-holds.md. Memory: a tile a level, whatever the size.
"""

import argparse
import base64
import hashlib
import heapq
import json
import os
import struct
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256
FINDINGS_MAX = 1_000
Read: TypeAlias = Callable[[str], bytes]
"""The content of a path of the log's layout; raises OSError or LookupError where there is none."""


class Wrong(Exception):
    """What was shown is not what was signed."""


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes


@dataclass
class Report:
    """What was looked at, and everything that is wrong with it, each with the record where one can be named."""

    checkpoint: Checkpoint | None = None
    note: str = ""
    records: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)

    def wrong(self, told: str) -> None:
        """Keep what is wrong, up to a bound."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(told)


# Leaves.


def leaf_hash(record: Mapping[str, Any]) -> bytes:
    """The leaf hash of a record in JSON: bytes in hexadecimal, the timestamp in milliseconds."""
    topic = record["topic"].encode()
    packed = [struct.pack(">I", len(record["headers"]))]
    for name, value in record["headers"]:
        raw = name.encode()
        packed.append(struct.pack(">I", len(raw)) + raw + _sized(value, lambda content: content))
    parts = [b"forcegen.audit.record/1\0", struct.pack(">H", len(topic)), topic]
    parts.append(struct.pack(">iqq", record["partition"], record["offset"], record["timestamp"]))
    for content in (record["key"], b"".join(packed).hex(), record["value"]):
        parts.append(_sized(content, lambda raw: hashlib.sha256(raw).digest()))
    return hashlib.sha256(b"\0" + b"".join(parts)).digest()


def _sized(told: str | None, shown: Callable[[bytes], bytes]) -> bytes:
    if told is None:
        return b"\0"
    content = bytes.fromhex(told)
    return b"\1" + struct.pack(">I", len(content)) + shown(content)


def name_of(record: Mapping[str, Any]) -> str:
    """How a finding names a record."""
    return "/".join(str(record.get(part, "?")) for part in ("topic", "partition", "offset"))


# Trees.


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _subtree(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962's definition, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return _node(_subtree(leaves[:half]), _subtree(leaves[half:]))


class Growing:
    """A tree that leaves are appended to: the unfinished tile of each level."""

    def __init__(self) -> None:
        self.size = 0
        self.levels: list[list[bytes]] = [[]]

    def append(self, leaf: bytes) -> None:
        self.size += 1
        for tile in self.levels:
            tile.append(leaf)
            if len(tile) < WIDTH:
                return
            leaf = _subtree(tile)
            tile.clear()
        self.levels.append([leaf])

    def root(self) -> bytes:
        whole: bytes | None = None
        for tile in self.levels:
            end = len(tile)
            while end:
                low = end & -end
                part = _subtree(tile[end - low : end])
                whole, end = part if whole is None else _node(part, whole), end - low
        return hashlib.sha256(b"").digest() if whole is None else whole


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Does the proof lead from the leaf to the root: from the top down, as the tree is split."""
    return 0 <= index < size and _climb(index, size, leaf, list(proof)) == root


def _climb(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes | None:
    if size == 1:
        return None if proof else leaf
    if not proof:
        return None
    half = 1 << (size - 1).bit_length() - 1
    sibling = proof[-1]
    at_left = index < half
    below = _climb(index if at_left else index - half, half if at_left else size - half, leaf, proof[:-1])
    if below is None:
        return None
    return _node(below, sibling) if at_left else _node(sibling, below)


def continued(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> bool:
    """Does the newer tree begin with the older, as the proof says."""
    if old.size in {new.size, 0}:
        return not proof and (old.size == 0 or old.root == new.root)
    made = _grown(old.size, new.size, list(proof), old.root)
    return old.size < new.size and made == (old.root, new.root)


def _grown(old: int, size: int, proof: list[bytes], known: bytes | None) -> tuple[bytes, bytes] | None:
    """The roots over the first `old` and over all; `known` stands for the part that is the old tree itself."""
    if old == size:
        if (known is None) != (len(proof) == 1):
            return None
        part = proof[0] if known is None else known
        return (part, part) if len(proof) == (known is None) else None
    if not proof:
        return None
    half = 1 << (size - 1).bit_length() - 1
    sibling = proof[-1]
    if old <= half:
        below = _grown(old, half, proof[:-1], known)
        return below and (below[0], _node(below[1], sibling))
    below = _grown(old - half, size - half, proof[:-1], None)
    return below and (_node(sibling, below[0]), _node(sibling, below[1]))


# Signatures.


def opened(note: str, keys: Sequence[str]) -> str:
    """The text of a note that one of the keys signed.

    Raises:
        Wrong: none of them did, or one of their signatures is wrong.
    """
    text, blank, lines = note.rpartition("\n\n")
    text += "\n"
    good = 0
    for line in lines.splitlines() if blank else []:
        for key in keys:
            name, _, encoded = key.split("+", 2)
            raw = base64.b64decode(encoded)
            id_ = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
            sign, _, signature = line.rpartition(" ")
            told = base64.b64decode(signature)
            if sign == f"— {name}" and told[:4] == id_:
                try:
                    Ed25519PublicKey.from_public_bytes(raw[1:]).verify(told[4:], text.encode())
                except InvalidSignature as fault:
                    raise Wrong(f"a signature of {name} is wrong") from fault
                good += 1
    if not good:
        raise Wrong("none of the keys that you know signed it")
    return text


def checkpoint(note: str, keys: Sequence[str]) -> Checkpoint:
    """What a signed checkpoint says of the log that the first key names.

    Raises:
        Wrong: nobody known signed it, or it speaks of another log.
    """
    try:
        origin, size, root = opened(note, keys).split("\n")[:3]
        found = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
    except ValueError as fault:
        raise Wrong("it is no checkpoint") from fault
    if origin != keys[0].split("+", 1)[0] or found.size < 0 or len(found.root) != 32:
        raise Wrong(f"it is a checkpoint of {origin}, not of the log of your key")
    return found


def handed_over(first: str, notes: Sequence[str]) -> list[str]:
    """The keys that follow from the auditor's: each brought in by a note that it and one before it signed."""
    known = [first]
    for giver in known:  # grows while it is walked
        for note in notes:
            try:
                kind, origin, taker, before = opened(note, [giver]).splitlines()
                opened(note, [taker])
            except (Wrong, ValueError):
                continue
            if (kind, origin, before) == ("forcegen audit handover", first.split("+", 1)[0], giver):
                known += [taker] if taker not in known else []
    return known


# The whole.


def verify(read: Read, key: str, since: str = "", tell: Callable[[int, float], None] = lambda *_: None) -> Report:
    """Every record, hash and signature of a log, and that it continues the checkpoint `since`."""
    report, began = Report(), time.monotonic()
    try:
        keys = handed_over(key, json.loads(read("handovers")))
        report.note = read("checkpoint").decode()
        newest = report.checkpoint = checkpoint(report.note, keys)
        kept = [("the checkpoint that you kept", checkpoint(since, keys))] if since else []
    except (Wrong, LookupError, OSError, ValueError) as fault:
        report.wrong(f"checkpoint: {fault}")
        return report
    for line in read("unplaced").splitlines():
        report.wrong(f"{name_of(json.loads(line))}: inserted: it is in the archive, and is no leaf of the tree")
    tree = Growing()
    signed = _in_order([*kept, ("the newest checkpoint", newest)], _signed(read, keys, newest.size, report))
    for who, due in signed:
        while tree.size < min(due.size, newest.size):
            _grow(read, tree, min(due.size, newest.size), newest.size, report)
            tell(tree.size, time.monotonic() - began)
        if due.size > tree.size:
            report.wrong(f"cut off: {who} is of {due.size} records, and the newest of {newest.size}")
        elif due.root != tree.root():
            report.wrong(f"{who}, of {due.size} records, is not what the records make: history was written anew")
    report.records, report.seconds = tree.size, time.monotonic() - began
    return report


def _signed(read: Read, keys: Sequence[str], size: int, report: Report) -> Iterator[tuple[str, Checkpoint]]:
    """Every checkpoint that the log says it signed, as it signed them, a page at a time."""
    nr, before = 0, 0
    while notes := json.loads(read(f"checkpoints/{nr // WIDTH}")):
        for note in notes:
            nr += 1
            try:
                one = checkpoint(note, keys)
            except (Wrong, ValueError) as fault:
                report.wrong(f"checkpoint no. {nr}: {fault}")
                continue
            if one.size < before:
                report.wrong(f"checkpoint no. {nr}: of {one.size} records, after one of {before}")
                continue
            before = one.size
            if one.size > size:  # signed since the newest was read; one that comes before it is told above
                continue
            yield f"checkpoint no. {nr}", one
        if len(notes) < WIDTH:
            return


def _in_order(
    own: list[tuple[str, Checkpoint]], listed: Iterator[tuple[str, Checkpoint]]
) -> Iterator[tuple[str, Checkpoint]]:
    """Both by size; of those listed, only what the tree can be held to."""
    return heapq.merge(sorted(own, key=lambda each: each[1].size), listed, key=lambda each: each[1].size)


def _grow(read: Read, tree: Growing, end: int, size: int, report: Report) -> None:
    """Hash the records of the next tile again, each against the hash that the tile holds, up to leaf `end`."""
    nr, first = divmod(tree.size, WIDTH)
    path = f"{nr:0{-(-len(str(nr)) // 3) * 3}}"
    path = "/".join(["x" + path[at : at + 3] for at in range(0, len(path) - 3, 3)] + [path[-3:]])
    width = min(WIDTH, size - nr * WIDTH)
    end = min(end, (nr + 1) * WIDTH)
    tail = "" if width == WIDTH else f".p/{width}"
    try:
        tile = read(f"tile/0/{path}{tail}")
        found = {one["leaf"]: one for one in map(json.loads, read(f"records/{path}{tail}").splitlines())}
    except (LookupError, OSError, ValueError) as fault:
        report.wrong(f"leaves {tree.size} to {end - 1}: cannot be read: {fault}")
        tile, found = b"", {}
    for leaf in range(nr * WIDTH + first, end):
        held = tile[leaf % WIDTH * 32 :][:32]
        record = found.get(leaf)
        if record is None:
            report.wrong(f"leaf {leaf}: its record is missing")
        elif _hashed(record) != held:
            report.wrong(f"{name_of(record)} (leaf {leaf}): changed: it is not the record whose hash the tree holds")
        tree.append(held if record is None else _hashed(record))


def _hashed(record: Mapping[str, Any]) -> bytes:
    """The leaf hash; of what cannot be a record, none that any tree holds."""
    try:
        return leaf_hash(record)
    except (AttributeError, LookupError, TypeError, ValueError, struct.error):
        return b""


def verify_bundle(bundle: Mapping[str, Any], key: str, since: str = "") -> Report:
    """One record, offline: that it is in a signed tree, which continues the checkpoint `since`."""
    report = Report()
    try:
        keys = handed_over(key, bundle["handovers"])
        report.note = bundle["checkpoint"]
        newest = report.checkpoint = checkpoint(report.note, keys)
        proof = [bytes.fromhex(one) for one in bundle["inclusion"]]
        if not included(bundle["leaf"], newest.size, leaf_hash(bundle["record"]), proof, newest.root):
            report.wrong(f"{name_of(bundle['record'])}: this record is not leaf {bundle['leaf']} of the signed tree")
        if since and not continued(
            checkpoint(since, keys), newest, [bytes.fromhex(one) for one in bundle["consistency"] or ()]
        ):
            report.wrong("the signed tree is not shown to continue the checkpoint that you kept: ask with its size")
        report.records = 1
    except (Wrong, LookupError, TypeError, ValueError, struct.error) as fault:
        report.wrong(f"bundle: {fault}")
    return report


def reader(place: str, token: str = "") -> Read:
    """The log's layout in a directory or behind an address; content is given to those who show a token."""
    if not place.startswith(("http://", "https://")):
        return lambda path: (Path(place) / path).read_bytes()

    def fetched(path: str) -> bytes:
        asked = urllib.request.Request(f"{place.rstrip('/')}/{path}")  # noqa: S310  (http, https)
        if token:
            asked.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
            content: bytes = answer.read()
            return content

    return fetched


def main() -> int:
    """Exit code 0: all of it holds; 1: something is wrong, and is named."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("place", nargs="?", help="an exported directory, or the address of an audit room")
    asked.add_argument("--key", required=True, help="the log's key, as you noted it when you first met it")
    asked.add_argument("--since", type=Path, help="a file with the checkpoint that you kept")
    asked.add_argument("--bundle", type=Path, help="a file with the proof of one record")
    asked.add_argument("--token", default="", help="what an audit room gives content for (or FORCEGEN_AUDIT_TOKEN)")
    given = asked.parse_args()
    since = given.since.read_text(encoding="utf-8") if given.since else ""
    if given.bundle:
        report = verify_bundle(json.loads(given.bundle.read_bytes()), given.key, since)
    else:
        token = given.token or os.environ.get("FORCEGEN_AUDIT_TOKEN", "")
        report = verify(reader(given.place or ".", token), given.key, since)
    rate = report.records / report.seconds if report.seconds else 0.0
    ending = f"{len(report.findings)} wrong" if report.findings else "all of it holds"
    sys.stdout.write("".join(f"{one}\n" for one in report.findings))
    sys.stdout.write(f"{report.records:,} records, {rate:,.0f} a second: {ending}\n{report.note}")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
