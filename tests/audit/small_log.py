"""A log in a directory, made without a server: some records, their tiles, and one signed checkpoint."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kernel.identity.signed_note import Signer, sign
from services.audit.archive import static_files
from services.audit.tlog import merkle, tiles
from services.audit.tlog.checkpoint import Checkpoint
from services.audit.tlog.leaf import Headers, entry, packed

SIGNER = Signer("small.log/audit", bytes(range(32)))
KEY = str(SIGNER.verifier)


def row(leaf: int, headers: Headers = (("ce_id", b"1"), ("none", None)), **changed: Any) -> dict[str, Any]:
    """A record as the archive's table has it."""
    fields = {"leaf": leaf, "topic": "approvals.commands", "part": 0, "offset": leaf, "timestamp": 1_700_000_000_000}
    return {**fields, "key": b"mandate/%d" % leaf, "headers": packed(headers), "value": b"{}", **changed}


def hashed(one: dict[str, Any]) -> bytes:
    """The leaf hash, as the archive makes it."""
    place = (one["topic"], one["part"], one["offset"])
    return merkle.leaf_hash(entry(place, one["timestamp"], one["key"], one["headers"], one["value"]))


def note_of(leaves: Sequence[bytes], signer: Signer = SIGNER) -> str:
    return sign(Checkpoint(signer.name, len(leaves), merkle.root(leaves)).text(), [signer])


def write(directory: Path, rows: Sequence[dict[str, Any]]) -> str:
    """Every file of the layout; the checkpoint's note."""
    leaves = [hashed(one) for one in rows]
    note, contents = note_of(leaves), dict[str, bytes]()
    grown = tiles.grow(0, {}, leaves)
    for level, nr, width in tiles.of_size(len(rows)):
        contents[tiles.path(level, nr, width)] = grown[level, nr]
        if level == 0:
            some = rows[nr * tiles.WIDTH :][:width]
            contents[tiles.path(None, nr, width).replace("tile/entries", "records")] = b"".join(
                map(static_files.line, some)
            )
    contents |= {"checkpoint": note.encode(), "checkpoints/0": json.dumps([note]).encode()}
    for path, content in {**contents, "handovers": b"[]", "unplaced": b""}.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return note


def bundle(rows: Sequence[dict[str, Any]], leaf: int) -> dict[str, Any]:
    """The proof of one record, offline."""
    leaves = [hashed(one) for one in rows]
    spans = merkle.inclusion(leaf, len(rows))
    return {
        **{"format": "forcegen.audit.bundle/1", "leaf": leaf, "record": static_files.record(rows[leaf])},
        **{"inclusion": [merkle.root(leaves[slice(*span)]).hex() for span in spans], "consistency": [], "since": 0},
        **{"checkpoint": note_of(leaves), "handovers": []},
    }
