"""Check a log without trusting who keeps it: one file, Python's own library and `cryptography`, nothing of ours.

    python verifier.py --key KEY [--since CHECKPOINT] DIRECTORY-OR-URL      an export, or a server
    python verifier.py --key KEY [--since CHECKPOINT] --bundle FILE         one record, offline

Exit codes: 0 all of it holds; 1 something is wrong, or cannot be read, and is named; 2 the command line is wrong.

The key is the auditor's own note of it, never the server's word. Content is hashed again: a root that fits proves
nothing about rows that nobody read. Everything that the service computes is computed here a second time on purpose, so
that a fault in one is seen by the other. The forms: RFC 6962; C2SP signed-note, tlog-checkpoint, tlog-tiles; leaves:
docs/decisions/0011-what-a-leaf-holds.md. Memory: a tile a level, whatever the size. What is read may be anybody's: a
form that is only nearly the one that is meant is refused, and no text of others reaches the terminal unescaped.
"""

import argparse
import base64
import binascii
import codecs
import hashlib
import heapq
import http.client
import io
import json
import os
import re
import struct
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256
FINDINGS_MAX = 1_000
FINDING_LENGTH_MAX: Final = 2_000
NOTE_LENGTH_MAX: Final = 1_000_000
SIGNATURES_MAX: Final = 100
BUNDLE: Final = "forcegen.audit.bundle/1"
FIELDS: Final = frozenset({"topic", "partition", "offset", "timestamp", "key", "headers", "value"})
"""All members of a record: any other member would be shown without being proved."""
MALFORMED: Final = (AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error)
"""The errors that malformed JSON causes in this file."""
JsonObject: TypeAlias = dict[str, Any]  # `Any`: arbitrary JSON of a server or a file; other forms raise MALFORMED
ReadPath: TypeAlias = Callable[[str], bytes]
"""Returns the content of a path of the log's layout; raises OSError or LookupError if there is none."""


class NotVerified(Exception):
    """The evidence is not what was signed."""


class SignedTree(NamedTuple):
    origin: str
    size: int
    root: bytes


@dataclass
class Verification:
    """What was checked, and everything that is wrong with it, each with the record where one can be named."""

    checkpoint: SignedTree | None = None
    note: str = ""
    records: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)

    def wrong(self, finding: str) -> None:
        """Keep a finding, up to a bound, on one line and safe for a terminal."""
        self.findings[FINDINGS_MAX - 1 :] = []
        self.findings.append(escaped(finding[:FINDING_LENGTH_MAX]))
        if self.full:
            self.findings[-1] = f"{FINDINGS_MAX:,} things are wrong and more: the rest was not looked at"

    @property
    def full(self) -> bool:
        """Whether there are so many findings that further checks show nothing more."""
        return len(self.findings) >= FINDINGS_MAX


def escaped(text: str) -> str:
    """The text with everything escaped that moves a terminal's cursor, ends a line or reorders what is read."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


# Leaves.


def leaf_hash(record: JsonObject) -> bytes:
    """The leaf hash of a record in JSON: bytes in hexadecimal, the timestamp in milliseconds.

    Raises one of MALFORMED if it is not a record, or has a member that no leaf proves.
    """
    if record.keys() - {"leaf"} != FIELDS:
        raise ValueError("a record has other members")
    topic = record["topic"].encode()
    packed = [struct.pack(">I", len(record["headers"]))]
    for name, value in record["headers"]:
        raw = name.encode() if isinstance(name, str) else _bytes(name["hex"])
        packed.append(struct.pack(">I", len(raw)) + raw + _sized(value, lambda content: content))
    parts = [b"forcegen.audit.record/1\0", struct.pack(">H", len(topic)), topic]
    parts.append(struct.pack(">iqq", *map(_integer, (record["partition"], record["offset"], record["timestamp"]))))
    for content in (record["key"], b"".join(packed).hex(), record["value"]):
        parts.append(_sized(content, lambda raw: hashlib.sha256(raw).digest()))
    return hashlib.sha256(b"\0" + b"".join(parts)).digest()


def _integer(value: object) -> int:
    if type(value) is int:  # true and 1.0 are not
        return value
    raise ValueError("no whole number")


def _bytes(digits: str) -> bytes:
    content = bytes.fromhex(digits)
    if content.hex() != digits:
        raise ValueError("bytes are written in small hexadecimal digits without spaces")
    return content


def _sized(digits: str | None, shown: Callable[[bytes], bytes]) -> bytes:
    if digits is None:
        return b"\0"
    content = _bytes(digits)
    return b"\1" + struct.pack(">I", len(content)) + shown(content)


def name_of(record: JsonObject) -> str:
    """The name of a record in findings."""
    return "/".join(str(record.get(part, "?"))[:300] for part in ("topic", "partition", "offset"))


# Trees.


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _subtree(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962's definition, literally."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return _node(_subtree(leaves[:half]), _subtree(leaves[half:]))


class GrowingTree:
    """An append-only tree: the unfinished tile of each level."""

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
    """Whether the proof leads from the leaf to the root: from the top down, as the tree is split."""
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


def continued(old: SignedTree, new: SignedTree, proof: Sequence[bytes]) -> bool:
    """Whether the newer tree begins with the older one, according to the proof."""
    if old.size in {new.size, 0}:
        return not proof and (old.size == 0 or old.root == new.root)
    return old.size < new.size and _grown(old.size, new.size, list(proof), old.root) == (old.root, new.root)


def _grown(old: int, size: int, proof: list[bytes], known: bytes | None) -> tuple[bytes, bytes] | None:
    """The roots over the first `old` leaves and over all; `known` stands for the part that is the old tree itself."""
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
    """The text of a note that one of the keys signed; signatures of unknown keys are ignored.

    Raises:
        NotVerified: none of the keys signed it, one of their signatures is wrong, or it is not a note.
    """
    text, lines = _parts(note)
    known = dict(map(_key, keys))
    good = set[tuple[str, bytes]]()
    for line in lines:
        name, id_, signature = _signature(line)
        public = known.get((name, id_))
        if public is None or (name, id_) in good:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
        except InvalidSignature as fault:
            raise NotVerified(f"a signature of {name} is wrong") from fault
        good.add((name, id_))
    if not good:
        raise NotVerified("none of the keys that you know signed it")
    return text


def _parts(note: str) -> tuple[str, list[str]]:
    """The text and the signature lines; nothing else may stand between or after those lines."""
    if not isinstance(note, str) or len(note) > NOTE_LENGTH_MAX:
        raise NotVerified("it is no note: no text, or too long")
    if any((ord(one) < 0x20 and one != "\n") or "\ud800" <= one <= "\udfff" for one in note):
        raise NotVerified("it is no note: control characters, or halves of characters, are in it")
    text, blank, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or lines[-1] or not 2 <= len(lines) <= SIGNATURES_MAX + 1:
        raise NotVerified("it is no note: a text, an empty line, and whole lines of signatures")
    return text + "\n", lines[:-1]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    """Name, key id and signature of a line `— name base64`."""
    name, _, encoded = line.removeprefix("— ").partition(" ")
    if not line.startswith("— ") or not _is_name(name) or len(raw := _base64(encoded)) < 5:
        raise NotVerified("it is no note: a line among the signatures is none")
    return name, raw[:4], raw[4:]


def _key(key: str) -> tuple[tuple[str, bytes], bytes]:
    """Name and id of a key `name+id+base64`, and its 32 bytes.

    Raises:
        NotVerified: it is not an Ed25519 key, or its id belongs to another key.
    """
    name, _, rest = str(key).partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = _base64(encoded)
    if not _is_name(name) or len(raw) != 33 or raw[:1] != b"\1":
        raise NotVerified("the key is none: it is name+id+base64, of an Ed25519 key")
    id_ = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if id_.hex() != key_id:
        raise NotVerified(f"the id of the key of {name} is not its own: note the whole key anew")
    return (name, id_), raw[1:]


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(one.isspace() or "\ud800" <= one <= "\udfff" for one in name)


def _base64(encoded: str) -> bytes:
    """Decode the canonical spelling: without white space, with padding, and with no bit left over."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NotVerified("what should be base64 is none") from fault
    if base64.b64encode(raw).decode() != encoded:
        raise NotVerified("what should be base64 is spelt in another way than its own")
    return raw


def checkpoint(note: str, keys: Sequence[str]) -> SignedTree:
    """The content of a signed checkpoint of the log that the first key names.

    Raises:
        NotVerified: no known key signed it, it is not a checkpoint, or it belongs to another log.
    """
    lines = opened(note, keys).split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0] or "" in lines[3:-1]:
        raise NotVerified("it is no checkpoint: three lines or more, and none of them empty")
    if not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
        raise NotVerified("it is no checkpoint: its size is no number in plain digits")
    state = SignedTree(lines[0], int(lines[1]), _base64(lines[2]))
    if len(state.root) != 32:
        raise NotVerified("it is no checkpoint: its root is no hash of 32 bytes")
    if state.origin != keys[0].split("+", 1)[0]:
        raise NotVerified(f"it is a checkpoint of {state.origin}, not of the log of your key")
    return state


def handed_over(first: str, notes: Sequence[str]) -> list[str]:
    """The keys that follow from the auditor's: each introduced by a note that it and an earlier one signed.

    Raises:
        NotVerified: the first is not a key.
    """
    _key(first)
    known = [first]
    for giver in known:  # the list grows during the loop
        for note in notes:
            try:
                kind, origin, taker, before, end = opened(note, [giver]).split("\n")
                opened(note, [taker])
            except (NotVerified, ValueError):
                continue
            if (kind, origin, before, end) == ("forcegen audit handover", first.split("+", 1)[0], giver, ""):
                known += [taker] if taker not in known else []
    return known


# Whole logs, and bundles.


def verify(
    read: ReadPath, key: str, since: str | None = None, on_progress: Callable[[int, float], None] = lambda *_: None
) -> Verification:
    """Check every record, hash and signature of a log, and that it continues the checkpoint `since`, if given."""
    report, began = Verification(), time.monotonic()
    try:
        keys = handed_over(key, _list(_json(read("handovers"))))
        note = read("checkpoint").decode()
        newest = report.checkpoint = checkpoint(note, keys)
        report.note = note
    except (NotVerified, OSError, *MALFORMED) as fault:
        report.wrong(f"checkpoint: {fault}")
        return report
    try:
        own = [] if since is None else [("the checkpoint that you kept", checkpoint(since, keys))]
        for line in read("unplaced").splitlines():
            report.wrong(f"{name_of(_json(line))}: inserted: it is in the archive, and is no leaf of the tree")
        signed = _in_order([*own, ("the newest checkpoint", newest)], _signed(read, keys, newest.size, report))
        _records(read, signed, newest, report, lambda size: on_progress(size, time.monotonic() - began))
    except NotVerified as fault:
        report.wrong(f"the checkpoint that you kept: {fault}")
    except (OSError, *MALFORMED) as fault:
        report.wrong(f"the log cannot be read on: {type(fault).__name__}: {fault}")
    report.seconds = time.monotonic() - began
    return report


def _records(
    read: ReadPath,
    signed: Iterator[tuple[str, SignedTree]],
    newest: SignedTree,
    report: Verification,
    on_progress: Callable[[int], None],
) -> None:
    """Check every record against every checkpoint; the checkpoints come in order of size."""
    tree = GrowingTree()
    for who, expected in signed:
        while tree.size < min(expected.size, newest.size):
            _grow(read, tree, min(expected.size, newest.size), newest.size, report)
            report.records = tree.size
            on_progress(tree.size)
            if report.full:
                return
        if expected.size > tree.size:
            report.wrong(f"cut off: {who} is of {expected.size} records, and the newest of {newest.size}")
        elif expected.root != tree.root():
            report.wrong(f"{who}, of {expected.size} records, is not what the records make: history was written anew")


def _json(text: bytes | str) -> Any:  # as for JsonObject
    """Parse JSON without duplicate members: which of the two counts would be the reader's choice."""

    def members(pairs: list[tuple[str, object]]) -> JsonObject:
        members_ = dict(pairs)
        if len(members_) != len(pairs):
            raise ValueError("a member comes twice")
        return members_

    return json.loads(text, object_pairs_hook=members)


def _list(value: object) -> list[Any]:  # as for JsonObject
    if not isinstance(value, list):
        raise TypeError("no list where there should be one")
    return value


def _signed(read: ReadPath, keys: Sequence[str], size: int, report: Verification) -> Iterator[tuple[str, SignedTree]]:
    """Every checkpoint that the log lists as signed, in the order of signing, one page at a time."""
    nr, before = 0, 0
    while notes := _list(_json(read(f"checkpoints/{nr // WIDTH}"))):
        for note in notes:
            nr += 1
            try:
                one = checkpoint(note, keys)
            except NotVerified as fault:
                report.wrong(f"checkpoint no. {nr}: {fault}")
                continue
            if one.size < before:
                report.wrong(f"checkpoint no. {nr}: of {one.size} records, after one of {before}")
                continue
            before = one.size
            if one.size > size:  # signed since the newest was read; one that comes before it is reported above
                continue
            yield f"checkpoint no. {nr}", one
        if len(notes) != WIDTH:
            return


def _in_order(
    own: list[tuple[str, SignedTree]], listed: Iterator[tuple[str, SignedTree]]
) -> Iterator[tuple[str, SignedTree]]:
    """Both by size; of those listed, only those that the tree can be checked against."""
    return heapq.merge(sorted(own, key=lambda each: each[1].size), listed, key=lambda each: each[1].size)


def _grow(read: ReadPath, tree: GrowingTree, end: int, size: int, report: Verification) -> None:
    """Hash the records of the next tile again, up to leaf `end`, and compare each with the hash that the tile holds."""
    nr, first = divmod(tree.size, WIDTH)
    path = f"{nr:0{-(-len(str(nr)) // 3) * 3}}"
    path = "/".join(["x" + path[at : at + 3] for at in range(0, len(path) - 3, 3)] + [path[-3:]])
    width, end = min(WIDTH, size - nr * WIDTH), min(end, (nr + 1) * WIDTH)
    tail = "" if width == WIDTH else f".p/{width}"
    records: dict[int, JsonObject] = {}
    try:
        tile = read(f"tile/0/{path}{tail}")
        for record in map(_json, read(f"records/{path}{tail}").splitlines()):
            leaf = _integer(record["leaf"])
            if leaf in records or not 0 <= leaf - nr * WIDTH < width:
                report.wrong(f"{name_of(record)}: inserted: it says that it is leaf {leaf}, and is not")
            else:
                records[leaf] = record
    except (OSError, *MALFORMED) as fault:
        report.wrong(f"leaves {tree.size} to {end - 1}: cannot be read: {fault}")
        tile, records = b"", {}
    for leaf in range(nr * WIDTH + first, end):
        held = tile[leaf % WIDTH * 32 :][:32]
        record = records.get(leaf)
        hashed = held if record is None else _hashed(record)
        if record is None:
            report.wrong(f"leaf {leaf}: its record is missing")
        elif hashed != held:
            report.wrong(f"{name_of(record)} (leaf {leaf}): changed: it is not the record whose hash the tree holds")
        tree.append(hashed)


def _hashed(record: JsonObject) -> bytes:
    """The leaf hash; for a value that cannot be a record, a value that no tree holds."""
    try:
        return leaf_hash(record)
    except MALFORMED:
        return b"no record"


def verify_bundle(bundle: JsonObject, key: str, since: str | None = None) -> Verification:
    """Check one record offline: it is in a signed tree, which continues the checkpoint `since`, if given."""
    report = Verification()
    try:
        if bundle["format"] != BUNDLE:
            report.wrong(f"bundle: it is none of the form {BUNDLE}")
        keys = handed_over(key, _list(bundle["handovers"]))
        newest = report.checkpoint = checkpoint(bundle["checkpoint"], keys)
        report.note, proof = bundle["checkpoint"], list(map(_bytes, _list(bundle["inclusion"])))
        leaf = _integer(bundle["leaf"])
        if not included(leaf, newest.size, leaf_hash(bundle["record"]), proof, newest.root):
            report.wrong(f"{name_of(bundle['record'])}: this record is not leaf {leaf} of the signed tree")
        if since is not None:
            proof = list(map(_bytes, _list(bundle["consistency"])))
            if not continued(checkpoint(since, keys), newest, proof):
                report.wrong("the signed tree is not shown to continue the checkpoint that you kept: ask with its size")
        report.records = 1
    except (NotVerified, *MALFORMED) as fault:
        report.wrong(f"bundle: {fault if isinstance(fault, NotVerified) else f'it has another form ({fault})'}")
    return report


# Input.


def kept_note(file: Path) -> str:
    """The note in a file, as it was served; raises NotVerified if an editor changed it or it cannot be read."""
    content = _content(file)
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotVerified(
            f"{file} begins with a byte order mark: an editor changed it; keep the bytes that were served"
        )
    try:
        return content.decode()
    except UnicodeDecodeError as fault:
        raise NotVerified(f"{file} is no UTF-8: keep the bytes that were served") from fault


def kept_bundle(file: Path) -> Any:  # as for JsonObject
    """The JSON in a file; raises NotVerified if the file cannot be read, is empty, or holds no JSON."""
    try:
        return _json(_content(file))
    except (ValueError, RecursionError) as fault:
        raise NotVerified(f"{file} holds no JSON: {fault}") from fault


def _content(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except (OSError, ValueError) as fault:
        raise NotVerified(f"{file} cannot be read: {fault}") from fault
    if not content.strip():
        raise NotVerified(f"{file} is empty: there is nothing to compare with")
    return content


class _Staying(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow no redirect: a token is for the server it was given to, not for one that this server names."""


def reader(place: str, token: str | None = None) -> ReadPath:
    """Reads the log's layout in a directory or from a server; content is served to clients with a token."""
    if not place.startswith(("http://", "https://")):
        return lambda path: (Path(place) / path).read_bytes()
    opener = urllib.request.build_opener(_Staying)

    def fetched(path: str) -> bytes:
        request = urllib.request.Request(f"{place.rstrip('/')}/{path}")  # noqa: S310  (http, https)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with opener.open(request, timeout=60) as answer:
                content: bytes = answer.read()
                return content
        except http.client.HTTPException as fault:
            raise OSError(f"{path}: the server does not speak HTTP ({type(fault).__name__})") from fault

    return fetched


def summary(report: Verification) -> str:
    """The findings, one a line, with the checkpoint last."""
    rate = report.records / report.seconds if report.seconds else 0.0
    ending = f"{len(report.findings)} wrong" if report.findings else "all of it holds"
    counted = f"{report.records:,} records, {rate:,.0f} a second: {ending}"
    return "".join(f"{escaped(line)}\n" for line in (*report.findings, counted, *report.note.splitlines()))


def main() -> int:
    """Run the verifier by itself, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", nargs="?", help="an exported directory, or the address of an audit service; else `.`")
    parser.add_argument("--key", required=True, help="the log's key, as you noted it when you first met it")
    parser.add_argument("--since", type=Path, help="a file with the checkpoint that you kept")
    parser.add_argument("--bundle", type=Path, help="a file with the proof of one record, in place of a log")
    parser.add_argument("--token", help="the token that an audit service gives content for (or FORCEGEN_AUDIT_TOKEN)")
    arguments = parser.parse_args()
    if arguments.bundle is not None and arguments.place is not None:
        parser.error("--bundle is checked by itself: give a directory or an address without it")
    if arguments.place == "" or arguments.token == "":
        parser.error("the address, or --token, was given and is empty: leave it out, or set what it is to hold")
    if isinstance(sys.stdout, io.TextIOWrapper):  # escapes characters that the locale cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        since = None if arguments.since is None else kept_note(arguments.since)
        if arguments.bundle is not None:
            report = verify_bundle(kept_bundle(arguments.bundle), arguments.key, since)
        else:
            token = os.environ.get("FORCEGEN_AUDIT_TOKEN") if arguments.token is None else arguments.token
            report = verify(reader("." if arguments.place is None else arguments.place, token), arguments.key, since)
    except NotVerified as fault:
        report = Verification()
        report.wrong(str(fault))
    sys.stdout.write(summary(report))
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
