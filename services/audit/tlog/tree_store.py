"""The tree in Postgres: it grows in the transaction that archives, and reads hashes by index lookups alone."""

from collections.abc import Mapping, Sequence
from functools import cache

from kernel.sql import queries
from kernel.store.postgres import Connection, columns
from services.audit.tlog import tiles
from services.audit.tlog.merkle import Span
from services.audit.tlog.tiles import Tile


@cache
def sql() -> Mapping[str, str]:
    """The queries of the tree."""
    return queries("services.audit.tlog", "tree_store.sql")


async def edge(connection: Connection, size: int) -> Mapping[Tile, bytes]:
    """The tiles in which a tree of `size` grows."""
    return await read(connection, tiles.edge(size))


async def put(connection: Connection, size: int, grown: Mapping[Tile, bytes]) -> None:
    """Write the tiles that changed as the tree grew to `size`."""
    rows = [(level, nr, content) for (level, nr), content in grown.items()]
    await connection.execute(sql()["grow"], *columns(rows, 3), size)


async def read(connection: Connection, wanted: Sequence[Tile]) -> dict[Tile, bytes]:
    """Read tiles; those that do not exist are omitted."""
    rows = await connection.fetch(sql()["tiles"], *columns(wanted, 2))
    return {(row["level"], row["nr"]): row["hashes"] for row in rows}


async def hashes(connection: Connection, spans: Sequence[Span]) -> list[bytes]:
    """The hashes of spans of the tree.

    Raises:
        KeyError: a tile is missing.
        ValueError: a tile is too short.
    """
    there = await read(connection, sorted(tiles.needed(spans)))
    return [tiles.hash_of(span, there) for span in spans]
