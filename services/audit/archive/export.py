"""The log as static files: for a web server, a disk in a safe, or a verifier without a network."""

import json
from pathlib import Path

from services.audit.tlog import tiles
from services.audit.tlog.checkpoint import Checkpoint
from services.audit.verify.verifier import ReadPath


def export(read: ReadPath, directory: Path) -> Checkpoint:
    """Write every path of the layout up to the newest checkpoint; full tiles that already exist are not read again."""
    note = read("checkpoint")
    newest = Checkpoint.parse(note.decode().rpartition("\n\n")[0] + "\n")
    for level, nr, width in tiles.of_size(newest.size):
        _write(directory, tiles.path(level, nr, width), read, keep=width == tiles.WIDTH)
        if level == 0:
            entries = tiles.path(None, nr, width)
            _write(directory, entries, read, keep=width == tiles.WIDTH)
            _write(directory, entries.replace("tile/entries", "records"), read, keep=False)
    nr = 0
    while len(json.loads(_write(directory, f"checkpoints/{nr}", read, keep=False))) == tiles.WIDTH:
        nr += 1
    for name in ("handovers", "unplaced"):
        _write(directory, name, read, keep=False)
    (directory / "checkpoint").write_bytes(note)  # last, when everything that it covers is there
    return newest


def _write(directory: Path, path: str, read: ReadPath, *, keep: bool) -> bytes:
    file = directory / path
    if keep and file.exists():
        return file.read_bytes()
    content = read(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return content
