"""The tree in tiles of 256 hashes, which never change once full: C2SP tlog-tiles.

A tile is (level, index) and holds the hashes at height 8 × level, 32 bytes each; a shorter tile is at the right edge.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from services.audit.tlog.merkle import Node, Span, complete, nodes, span_hash

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
HASH_BYTES: Final = 32
TILE_BYTES: Final = WIDTH * HASH_BYTES
Tile: TypeAlias = tuple[int, int]


def path(level: int | None, index: int, width: int = WIDTH) -> str:
    """The path of a tile, or of an entry bundle if the level is None; `width` selects its first hashes or entries."""
    digits = f"{index:0{-(-len(str(index)) // 3) * 3}}"
    groups = [digits[nr : nr + 3] for nr in range(0, len(digits), 3)]
    name = "/".join([*("x" + group for group in groups[:-1]), groups[-1]])
    return f"tile/{'entries' if level is None else level}/{name}{'' if width == WIDTH else f'.p/{width}'}"


def of_size(size: int) -> Iterable[tuple[int, int, int]]:
    """Every tile of a tree as (level, index, width)."""
    level = 0
    while hashes := size >> HEIGHT * level:
        yield from ((level, index, WIDTH) for index in range(hashes // WIDTH))
        if hashes % WIDTH:
            yield level, hashes // WIDTH, hashes % WIDTH
        level += 1


def bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: entries of up to 65,535 bytes, each after its length in two bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def edge(size: int) -> list[Tile]:
    """The partial tiles at the right edge, where a tree of `size` grows."""
    levels = range((size.bit_length() + HEIGHT - 1) // HEIGHT)
    return [(at, size >> HEIGHT * (at + 1)) for at in levels if (size >> HEIGHT * at) % WIDTH]


def grow(size: int, at_edge: Mapping[Tile, bytes], leaves: Sequence[bytes]) -> dict[Tile, bytes]:
    """The tiles that change when leaf hashes are appended to a tree of `size`, given the tiles at its edge."""
    grown: dict[Tile, bytes] = {}
    hashes, level = leaves, 0
    while hashes:
        first = size >> HEIGHT * (level + 1)
        content = at_edge.get((level, first), b"")[: (size >> HEIGHT * level) % WIDTH * HASH_BYTES] + b"".join(hashes)
        pieces = [content[nr : nr + TILE_BYTES] for nr in range(0, len(content), TILE_BYTES)]
        grown |= {(level, first + nr): piece for nr, piece in enumerate(pieces)}
        hashes = [complete(_split(piece)) for piece in pieces if len(piece) == TILE_BYTES]
        level += 1
    return grown


def needed(spans: Iterable[Span]) -> set[Tile]:
    """The tiles that hold the hashes for these spans."""
    return {_place(node)[0] for span in spans for node in nodes(span)}


def hash_of(span: Span, tiles: Mapping[Tile, bytes]) -> bytes:
    """The hash of a span.

    Raises:
        KeyError: a tile is missing.
        ValueError: a tile is too short.
    """
    return span_hash([_hash(node, tiles) for node in nodes(span)])


def _place(node: Node) -> tuple[Tile, int, int]:
    """The tile that holds a node, and the range of its hashes that form the node: the first and how many."""
    height, index = node
    level, rest = divmod(height, HEIGHT)
    first = index << rest
    return (level, first // WIDTH), first % WIDTH, 1 << rest


def _hash(node: Node, tiles: Mapping[Tile, bytes]) -> bytes:
    tile, first, many = _place(node)
    content = tiles[tile][first * HASH_BYTES : (first + many) * HASH_BYTES]
    if len(content) != many * HASH_BYTES:
        raise ValueError(f"tile {tile} ends too early")
    return complete(_split(content))


def _split(content: bytes) -> list[bytes]:
    return [content[nr : nr + HASH_BYTES] for nr in range(0, len(content), HASH_BYTES)]
