"""The log as files: what is served, exported and read by a verifier are the same paths with the same content.

C2SP tlog-tiles has `checkpoint`, `tile/<level>/<N>` and `tile/entries/<N>`. Beside them: `records/<N>`, the content of
256 leaves, one JSON object a line; `checkpoints/<nr>`, 256 notes as a JSON list; `handovers`, notes as a JSON list;
`unplaced`, records that are in the archive and in no leaf (none, unless somebody put them there).
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

from kernel.postgres import Connection
from services.audit import tiles, tree
from services.audit.archive import Row, archived
from services.audit.leaf import NAME_CODEC, Headers, entry, unpacked
from services.audit.tree import sql

T = TypeVar("T")
_TILE: Final = re.compile(
    r"(?:tile/(?P<level>[0-9]|[1-5][0-9]|entries)|records)/(?P<nr>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_PAGE: Final = re.compile(r"checkpoints/(0|[1-9][0-9]{0,11})")


async def read(connection: Connection, path: str) -> bytes:
    """The content of a path.

    Raises:
        LookupError: there is none.
    """
    if path == "checkpoint":
        newest: str | None = await connection.fetchval(sql()["last_checkpoint"])
        return _there(newest, path).encode()
    if path == "handovers":
        return _json([row["note"] for row in await connection.fetch(sql()["handovers"])])
    if path == "unplaced":
        return _lines(await connection.fetch(sql()["unplaced"]))
    if page := _PAGE.fullmatch(path):
        rows = await connection.fetch(sql()["checkpoints"], int(page[1]) * tiles.WIDTH, tiles.WIDTH)
        return _json([row["note"] for row in rows])
    found = _there(_TILE.fullmatch(path), path)
    nr = int(found["nr"].replace("/", "").replace("x", ""))
    width = int(found["width"] or tiles.WIDTH)
    if found["level"] and found["level"] != "entries":
        tile = (int(found["level"]), nr)
        content = (await tree.read(connection, [tile])).get(tile, b"")[: width * tiles.HASH_BYTES]
        return _there(content if len(content) == width * tiles.HASH_BYTES else None, path)
    first = nr * tiles.WIDTH
    rows = await connection.fetch(sql()["leaves"], first, first + width)
    return tiles.bundle(entry(*archived(row)) for row in rows) if found["level"] else _lines(rows)


def record(row: Row) -> dict[str, Any]:
    """An archived record in JSON: bytes in hexadecimal, the timestamp in milliseconds; as a verifier hashes it.

    The name of a header is text, or `{"hex": "fffe"}` where its bytes are no UTF-8.
    """
    (topic, partition, offset), timestamp, key, headers, value = archived(row)
    return {
        **{"topic": topic, "partition": partition, "offset": offset, "timestamp": timestamp, "key": _hex(key)},
        **{"headers": [[_named(name), _hex(content)] for name, content in unpacked(headers)]},
        **{"value": _hex(value)},
    }


def headers_of(record: Mapping[str, Any]) -> Headers:
    """The headers of a record in JSON, as Kafka gave them.

    Raises:
        AttributeError, LookupError, TypeError, ValueError: this is no such record.
    """
    return [(_name(name), None if content is None else bytes.fromhex(content)) for name, content in record["headers"]]


def line(row: Row) -> bytes:
    """An archived record with its leaf, as one line of JSON."""
    return _json({"leaf": row["leaf"], **record(row)}) + b"\n"


Name: TypeAlias = "str | dict[str, str]"


def _named(name: str) -> Name:
    """Lone surrogates stand for bytes here, and JSON is given to others: RFC 8259 leaves open what they make of one."""
    return {"hex": name.encode(*NAME_CODEC).hex()} if _SURROGATE.search(name) else name


def _name(told: Name) -> str:
    return told if isinstance(told, str) else bytes.fromhex(told["hex"]).decode(*NAME_CODEC)


def _hex(content: bytes | None) -> str | None:
    return None if content is None else content.hex()


def _lines(rows: Iterable[Row]) -> bytes:
    return b"".join(map(line, rows))


def _json(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def _there(found: T | None, path: str) -> T:
    if found is None:
        raise LookupError(path)
    return found
