"""A whole log, from wherever its files are read: every record, hash and signature, and every checkpoint ever signed."""

import heapq
import time
from collections.abc import Callable, Iterator, Sequence

from .checkpoints import checkpoint, handed_over
from .findings import NotVerified, Verification
from .leaves import hash_of_any, name_of
from .merkle_tree import WIDTH, GrowingTree, SignedTree
from .places import ReadPath
from .strict_forms import MALFORMED, JsonObject, json_in, list_in, whole_number


def verify(
    read: ReadPath, key: str, since: str | None = None, on_progress: Callable[[int, float], None] = lambda *_: None
) -> Verification:
    """Check every record, hash and signature of a log, and that it continues the checkpoint `since`, if given."""
    report, began = Verification(), time.monotonic()
    try:
        keys = handed_over(key, list_in(json_in(read("handovers"))))
        note = read("checkpoint").decode()
        newest = report.checkpoint = checkpoint(note, keys)
        report.note = note
    except (NotVerified, OSError, *MALFORMED) as fault:
        report.wrong(f"checkpoint: {fault}")
        return report
    try:
        own = [] if since is None else [("the checkpoint that you kept", checkpoint(since, keys))]
        for line in read("unplaced").splitlines():
            report.wrong(f"{name_of(json_in(line))}: inserted: it is in the archive, and is no leaf of the tree")
        signed = _in_order([*own, ("the newest checkpoint", newest)], _signed(read, keys, newest.size, report))
        _records(read, signed, newest, report, lambda size: on_progress(size, time.monotonic() - began))
    except NotVerified as fault:
        report.wrong(f"the checkpoint that you kept: {fault}")
    except (OSError, *MALFORMED) as fault:
        report.wrong(f"the log cannot be read on: {type(fault).__name__}: {fault}")
    report.seconds = time.monotonic() - began
    return report


def _records(
    read: ReadPath,
    signed: Iterator[tuple[str, SignedTree]],
    newest: SignedTree,
    report: Verification,
    on_progress: Callable[[int], None],
) -> None:
    """Check every record against every checkpoint; the checkpoints come in order of size."""
    tree = GrowingTree()
    for who, expected in signed:
        while tree.size < min(expected.size, newest.size):
            _grow(read, tree, min(expected.size, newest.size), newest.size, report)
            report.records = tree.size
            on_progress(tree.size)
            if report.full:
                return
        if expected.size > tree.size:
            report.wrong(f"cut off: {who} is of {expected.size} records, and the newest of {newest.size}")
        elif expected.root != tree.root():
            report.wrong(f"{who}, of {expected.size} records, is not what the records make: history was written anew")


def _signed(read: ReadPath, keys: Sequence[str], size: int, report: Verification) -> Iterator[tuple[str, SignedTree]]:
    """Every checkpoint that the log lists as signed, in the order of signing, one page at a time."""
    nr, before = 0, 0
    while notes := list_in(json_in(read(f"checkpoints/{nr // WIDTH}"))):
        for note in notes:
            nr += 1
            try:
                one = checkpoint(note, keys)
            except NotVerified as fault:
                report.wrong(f"checkpoint no. {nr}: {fault}")
                continue
            if one.size < before:
                report.wrong(f"checkpoint no. {nr}: of {one.size} records, after one of {before}")
                continue
            before = one.size
            if one.size > size:  # signed since the newest was read; one that comes before it is reported above
                continue
            yield f"checkpoint no. {nr}", one
        if len(notes) != WIDTH:
            return


def _in_order(
    own: list[tuple[str, SignedTree]], listed: Iterator[tuple[str, SignedTree]]
) -> Iterator[tuple[str, SignedTree]]:
    """Both by size; of those listed, only those that the tree can be checked against."""
    return heapq.merge(sorted(own, key=lambda each: each[1].size), listed, key=lambda each: each[1].size)


def _grow(read: ReadPath, tree: GrowingTree, end: int, size: int, report: Verification) -> None:
    """Hash the records of the next tile again, up to leaf `end`, and compare each with the hash that the tile holds."""
    nr, first = divmod(tree.size, WIDTH)
    width, end = min(WIDTH, size - nr * WIDTH), min(end, (nr + 1) * WIDTH)
    path = _path_of_tile(nr, width)
    records: dict[int, JsonObject] = {}
    try:
        tile = read(f"tile/0/{path}")
        for record in map(json_in, read(f"records/{path}").splitlines()):
            leaf = whole_number(record["leaf"])
            if leaf in records or not 0 <= leaf - nr * WIDTH < width:
                report.wrong(f"{name_of(record)}: inserted: it says that it is leaf {leaf}, and is not")
            else:
                records[leaf] = record
    except (OSError, *MALFORMED) as fault:
        report.wrong(f"leaves {tree.size} to {end - 1}: cannot be read: {fault}")
        tile, records = b"", {}
    for leaf in range(nr * WIDTH + first, end):
        held = tile[leaf % WIDTH * 32 :][:32]
        record = records.get(leaf)
        hashed = held if record is None else hash_of_any(record)
        if record is None:
            report.wrong(f"leaf {leaf}: its record is missing")
        elif hashed != held:
            report.wrong(f"{name_of(record)} (leaf {leaf}): changed: it is not the record whose hash the tree holds")
        tree.append(hashed)


def _path_of_tile(nr: int, width: int) -> str:
    """As C2SP tlog-tiles has it: three digits a folder, and the width of a tile that is not whole."""
    digits = f"{nr:0{-(-len(str(nr)) // 3) * 3}}"
    folders = ["x" + digits[at : at + 3] for at in range(0, len(digits) - 3, 3)]
    return "/".join([*folders, digits[-3:]]) + ("" if width == WIDTH else f".p/{width}")
