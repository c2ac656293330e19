"""The arithmetic of an append-only Merkle tree: roots, proofs, and their verification.

RFC 6962 section 2.1; the checks are those of RFC 9162 sections 2.1.3.2 and 2.1.4.2. A hash is 32 bytes. A `Node` is a
complete subtree: (height, index at that height). A `Span` is the leaves from the first to before the second, as the
tree splits them; every hash of a proof is that of a span.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, TypeAlias

Node: TypeAlias = tuple[int, int]
Span: TypeAlias = tuple[int, int]
EMPTY: Final = sha256(b"").digest()


class Refuted(Exception):
    """A proof does not prove what it claims."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf with this content."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\1" + left + right).digest()


def complete(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes whose number is a power of two."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[nr], hashes[nr + 1]) for nr in range(0, len(hashes), 2)]
    return hashes[0]


def nodes(span: Span) -> list[Node]:
    """The complete subtrees of a span, from the left."""
    first, end = span
    made = []
    while first < end:
        height = (end - first).bit_length() - 1
        made.append((height, first >> height))
        first += 1 << height
    return made


def span_hash(hashes: Sequence[bytes]) -> bytes:
    """The hash of a span from those of its complete subtrees."""
    if not hashes:
        return EMPTY
    whole = hashes[-1]
    for left in reversed(hashes[:-1]):
        whole = node_hash(left, whole)
    return whole


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    return span_hash([complete(leaves[i << h : (i + 1) << h]) for h, i in nodes((0, len(leaves)))])


def inclusion(index: int, size: int) -> list[Span]:
    """The spans whose hashes prove that leaf `index` is in the tree of `size`, from the leaf up."""
    _require(0 <= index < size, f"no leaf {index} in a tree of {size}")
    first, end = 0, size
    path: list[Span] = []
    while end - first > 1:
        middle = first + _split(end - first)
        path.append((middle, end) if index < middle else (first, middle))
        first, end = (first, middle) if index < middle else (middle, end)
    return path[::-1]


def consistency(old: int, size: int) -> list[Span]:
    """The spans whose hashes prove that the tree of `size` begins with the tree of `old`."""
    _require(0 <= old <= size, f"a tree of {size} was never one of {old}")
    if old in (0, size):
        return []
    first, end = 0, size
    path: list[Span] = []
    while end != old:
        middle = first + _split(end - first)
        path.append((middle, end) if old <= middle else (first, middle))
        first, end = (first, middle) if old <= middle else (middle, end)
    return [*([(first, end)] if first else []), *path[::-1]]


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], claimed: bytes) -> None:
    """Check that the proof leads from this leaf hash to the root.

    Raises:
        Refuted: it does not.
    """
    _require(0 <= index < size, f"no leaf {index} in a tree of {size}")
    at, last, hashed = index, size - 1, leaf
    for sibling in proof:
        _require(last > 0, "the proof is too long")
        if at % 2 or at == last:
            hashed = node_hash(sibling, hashed)
            at, last = _to_right_turn(at, last)
        else:
            hashed = node_hash(hashed, sibling)
        at, last = at >> 1, last >> 1
    _require(last == 0, "the proof is too short")
    _require(hashed == claimed, f"leaf {index} does not lead to the root of size {size}")


def check_consistency(old: int, size: int, proof: Sequence[bytes], old_root: bytes, claimed: bytes) -> None:
    """Check that the tree of `size` begins with the tree of `old`.

    Raises:
        Refuted: it does not, or the proof does not show it.
    """
    _require(0 <= old <= size, f"a tree of {size} cannot begin with one of {old}")
    if old in (0, size):
        _require(not proof, "the proof is too long")
        _require(old_root == (EMPTY if old == 0 else claimed), f"two roots for size {old}")
        return
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    _require(bool(steps), "the proof is too short")
    at, last = old - 1, size - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    before = now = steps[0]
    for sibling in steps[1:]:
        _require(last > 0, "the proof is too long")
        if at % 2 or at == last:
            before, now = node_hash(sibling, before), node_hash(sibling, now)
            at, last = _to_right_turn(at, last)
        else:
            now = node_hash(now, sibling)
        at, last = at >> 1, last >> 1
    _require(last == 0, "the proof is too short")
    _require(before == old_root, f"the tree of {size} does not begin with that of {old}")
    _require(now == claimed, f"the proof does not lead to the root of size {size}")


def _to_right_turn(at: int, last: int) -> tuple[int, int]:
    """Climb the right edge, where a node is alone and has no sibling to hash with."""
    while at and not at % 2:
        at, last = at >> 1, last >> 1
    return at, last


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise Refuted(reason)
