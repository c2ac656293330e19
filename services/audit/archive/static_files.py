"""The log as files: server, export and verifier share the same paths with the same content.

C2SP tlog-tiles has `checkpoint`, `tile/<level>/<N>` and `tile/entries/<N>`. In addition: `records/<N>`, the content of
256 leaves, one JSON object a line; `checkpoints/<nr>`, 256 notes as a JSON list; `handovers`, notes as a JSON list;
`unplaced`, records that are in the archive without a leaf (none, unless somebody inserted them).

Each path has one spelling, and only complete content is served: a name without `.p/W` is 256 hashes, entries or leaves,
one with it the first W, from 1 to 255. So a response can be cached under its path for ever.
"""

import json
import re
from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias, TypeVar

import asyncpg

from contracts.json_object import JsonObject
from contracts.limits import BIGINT_MAX
from kernel.store.postgres import Connection
from services.audit.archive.writer import Row, archived
from services.audit.tlog import tiles, tree_store
from services.audit.tlog.leaf import NAME_CODEC, Headers, digested, unpacked
from services.audit.tlog.tree_store import sql

T = TypeVar("T")
_TILE: Final = re.compile(
    r"(?:tile/(?P<level>[0-9]|[1-5][0-9]|6[0-3]|entries)|records)"
    r"/(?P<nr>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
"""Up to 10^18 of them: their leaf numbers fit a bigint."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_PAGE: Final = re.compile(r"checkpoints/(0|[1-9][0-9]{0,11})")


async def read(connection: Connection, path: str) -> bytes:
    """The content of a path.

    Raises:
        LookupError: there is none.
    """
    if path == "checkpoint":
        newest: str | None = await connection.fetchval(sql()["last_checkpoint"])
        return _existing(newest, path).encode()
    if path == "handovers":
        return _json([row["note"] for row in await connection.fetch(sql()["handovers"])])
    if path == "unplaced":
        return _lines(await connection.fetch(sql()["unplaced"]))
    if page := _PAGE.fullmatch(path):
        rows = await connection.fetch(sql()["checkpoints"], int(page[1]) * tiles.WIDTH, tiles.WIDTH)
        return _json([row["note"] for row in rows])
    tile_path = _existing(tile_of(path), path)
    if tile_path.level is not None:
        tile = (tile_path.level, tile_path.nr)
        content = (await tree_store.read(connection, [tile])).get(tile, b"")[: tile_path.width * tiles.HASH_BYTES]
        return _existing(content if len(content) == tile_path.width * tiles.HASH_BYTES else None, path)
    first, end = tile_path.leaves
    size: int = await connection.fetchval(sql()["size"])
    rows = (
        await connection.fetch(sql()["entries" if tile_path.entries else "leaves"], first, end) if end <= size else []
    )
    if end > size or (tile_path.entries and [row["leaf"] for row in rows] != [*range(first, end)]):
        raise LookupError(path)
    return tiles.bundle(map(_entry, rows)) if tile_path.entries else _lines(rows)


def _entry(row: asyncpg.Record) -> bytes:
    """An entry from digests that the database computed: what is open to everybody reads no content."""
    place = (row["topic"], row["part"], row["offset"])
    return digested(place, row["timestamp"], row["key"], row["headers"], row["value"])


class TilePath(NamedTuple):
    """The parsed path of a tile, of a bundle of entries or of records."""

    level: int | None
    """For a tile of hashes."""
    nr: int
    width: int
    entries: bool

    @property
    def leaves(self) -> tuple[int, int]:
        """The first leaf that it covers, and the one after the last."""
        height = tiles.HEIGHT * (self.level or 0)
        return self.nr * tiles.WIDTH << height, self.nr * tiles.WIDTH + self.width << height


def tile_of(path: str) -> TilePath | None:
    """The parsed path, if it is the canonical spelling."""
    match = _TILE.fullmatch(path)
    if match is None:
        return None
    level = None if match["level"] in (None, "entries") else int(match["level"])
    width = int(match["width"] or tiles.WIDTH)
    parsed = TilePath(level, int(match["nr"].replace("/", "").replace("x", "")), width, match["level"] == "entries")
    if match["width"] == str(tiles.WIDTH) or width > tiles.WIDTH or (level is None and parsed.leaves[1] > BIGINT_MAX):
        return None
    spelling = tiles.path(level, parsed.nr, width)
    return parsed if path == (spelling if match["level"] else spelling.replace("tile/entries", "records")) else None


def record(row: Row) -> JsonObject:
    """An archived record in JSON, as a verifier hashes it: bytes in hexadecimal, the timestamp in milliseconds.

    The name of a header is text, or `{"hex": "fffe"}` if its bytes are not UTF-8.
    """
    (topic, partition, offset), timestamp, key, headers, value = archived(row)
    return {
        **{"topic": topic, "partition": partition, "offset": offset, "timestamp": timestamp, "key": _hex(key)},
        **{"headers": [[_named(name), _hex(content)] for name, content in unpacked(headers)]},
        **{"value": _hex(value)},
    }


def headers_of(record: JsonObject) -> Headers:
    """The headers of a record in JSON, as Kafka delivered them.

    Raises:
        AttributeError, LookupError, TypeError, ValueError: this is not such a record.
    """
    return [(_name(name), None if content is None else bytes.fromhex(content)) for name, content in record["headers"]]


def line(row: Row) -> bytes:
    """An archived record with its leaf, as one line of JSON."""
    return _json({"leaf": row["leaf"], **record(row)}) + b"\n"


Name: TypeAlias = "str | dict[str, str]"


def _named(name: str) -> Name:
    """Lone surrogates stand for bytes inside the service; RFC 8259 leaves open what others make of them in JSON."""
    return {"hex": name.encode(*NAME_CODEC).hex()} if _SURROGATE.search(name) else name


def _name(name: Name) -> str:
    return name if isinstance(name, str) else bytes.fromhex(name["hex"]).decode(*NAME_CODEC)


def _hex(content: bytes | None) -> str | None:
    return None if content is None else content.hex()


def _lines(rows: Iterable[Row]) -> bytes:
    return b"".join(map(line, rows))


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def _existing(content: T | None, path: str) -> T:
    if content is None:
        raise LookupError(path)
    return content
