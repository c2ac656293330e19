"""A log in memory, and the tree by its definition: slow, obvious, and none of the room's own code."""

import hashlib
from collections.abc import Sequence

from services.audit import merkle
from services.audit.merkle import Growth


def root_of(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, over leaf hashes, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()


def hashed(entries: Sequence[bytes]) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + one).digest() for one in entries]


def grown(leaves: Sequence[bytes], *batches: int) -> Growth:
    """The tree, taken in batches of these sizes, the last of whatever is left."""
    growth, at = Growth(0), 0
    for count in (*batches, len(leaves)):
        growth.append(leaves[at : at + count])
        at = min(at + count, len(leaves))
    return growth


def inclusion(index: int, growth: Growth, size: int) -> list[bytes]:
    return [merkle.hash_of(spans, growth.tiles) for spans in merkle.inclusion_spans(index, size)]


def consistency(old: int, growth: Growth, new: int) -> list[bytes]:
    return [merkle.hash_of(spans, growth.tiles) for spans in merkle.consistency_spans(old, new)]
