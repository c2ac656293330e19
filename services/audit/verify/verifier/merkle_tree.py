"""The Merkle tree of RFC 6962, section 2.1, written from the definition: roots, inclusion, consistency.

Memory: a tile a level, whatever the size of the tree.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

WIDTH: Final = 256
"""Hashes of a whole tile (C2SP tlog-tiles)."""


class SignedTree(NamedTuple):
    """What a checkpoint says: the log's name, the number of its leaves, and the root over them."""

    origin: str
    size: int
    root: bytes


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
