"""The tree over the log, kept as tiles: 256 hashes in a row of the database, so a proof costs a few index lookups.

A tile of level L holds the roots of subtrees of 256^L leaves (C2SP tlog-tiles). The last of each level is not full yet;
full ones never change. Everything here is pure: tiles come in as bytes, and go out as bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from services.audit.verifier import node_hash

HASH: Final = 32
WIDTH: Final = 256
"""Hashes of a full tile."""
EMPTY_ROOT: Final = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
"""Of no leaves: SHA-256 of nothing."""
Place = tuple[int, int]
"""A level and the tile's number on it."""


class Tiles(Protocol):
    """Where tiles are found."""

    def __getitem__(self, place: Place) -> bytes: ...


def right_edge(size: int) -> list[Place]:
    """The tiles that are not full in a tree of this size: where it grows."""
    places, level, width = [], 0, size
    while width:
        if width % WIDTH:
            places.append((level, width // WIDTH))
        width //= WIDTH
        level += 1
    return places


@dataclass
class Growth:
    """A tree that takes leaves: begins with its right edge, ends with the tiles that are new or longer."""

    size: int
    tiles: dict[Place, bytes] = field(default_factory=dict)

    def append(self, leaves: Sequence[bytes]) -> None:
        """Put leaf hashes behind the last; levels above grow by each tile that fills."""
        self._extend(0, self.size, leaves)
        self.size += len(leaves)

    def _extend(self, level: int, width: int, hashes: Sequence[bytes]) -> None:
        filled: list[bytes] = []
        at = 0
        while at < len(hashes):
            number, there = divmod(width + at, WIDTH)
            taken = hashes[at : at + WIDTH - there]
            tile = (self.tiles[level, number] if there else b"") + b"".join(taken)
            self.tiles[level, number] = tile
            at += len(taken)
            if len(tile) == WIDTH * HASH:
                filled.append(subtree(tile, 0, WIDTH))
        if filled:
            self._extend(level + 1, width // WIDTH, filled)


def subtree(hashes: bytes, first: int, count: int) -> bytes:
    """The root over `count` hashes of a tile from `first` on, as RFC 6962 splits them."""
    row = [hashes[nr * HASH : (nr + 1) * HASH] for nr in range(first, first + count)]
    while len(row) > 1:
        paired = [node_hash(row[nr], row[nr + 1]) for nr in range(0, len(row) - 1, 2)]
        row = paired + row[len(row) - len(row) % 2 :]
    return row[0]


Span = tuple[int, int]
"""A whole subtree: its height, and its number among those of that height."""


def root_spans(size: int) -> list[Span]:
    """The whole subtrees of a tree, from the left: the largest first."""
    return _spans(0, size)


def inclusion_spans(index: int, size: int) -> list[list[Span]]:
    """The proof of a leaf (RFC 6962, 2.1.1): for each step from the leaf up, the whole subtrees that it hashes."""
    begin, end = 0, size
    steps = []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            steps.append(_spans(middle, end))
            end = middle
        else:
            steps.append(_spans(begin, middle))
            begin = middle
    return steps[::-1]


def consistency_spans(old: int, new: int) -> list[list[Span]]:
    """The same for the proof that the tree of `old` leaves is the beginning of that of `new` (RFC 6962, 2.1.2)."""
    if old in (0, new):
        return []
    begin, end, whole, steps = 0, new, True, []
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            steps.append(_spans(middle, end))
            end = middle
        else:
            steps.append(_spans(begin, middle))
            begin, whole = middle, False
    return [*([] if whole else [_spans(begin, end)]), *steps[::-1]]


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _spans(begin: int, end: int) -> list[Span]:
    """Leaves from `begin` to before `end` as whole subtrees, the largest first; `begin` stands at the edge of one."""
    spans = []
    while begin < end:
        height = (end - begin).bit_length() - 1
        spans.append((height, begin >> height))
        begin += 1 << height
    return spans


def tiles_of(spans: Iterable[Span]) -> set[Place]:
    """The tiles in which the roots of these subtrees are found."""
    return {(height // 8, (number << height % 8) // WIDTH) for height, number in spans}


def hash_of(spans: Sequence[Span], tiles: Tiles) -> bytes:
    """The root over subtrees that stand side by side, the largest first."""
    roots = [_root(span, tiles) for span in spans]
    found = roots[-1]
    for left in reversed(roots[:-1]):
        found = node_hash(left, found)
    return found


def _root(span: Span, tiles: Tiles) -> bytes:
    height, number = span
    first = number << height % 8
    return subtree(tiles[height // 8, first // WIDTH], first % WIDTH, 1 << height % 8)


def root(size: int, tiles: Mapping[Place, bytes]) -> bytes:
    """The root of the tree."""
    return hash_of(root_spans(size), tiles) if size else EMPTY_ROOT
