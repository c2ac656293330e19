"""Readers of the transparency log, as functions that a fuzzer calls: the service's and the auditor's say the same."""

import base64
import contextlib
import json
from hashlib import sha256
from typing import Final

from kernel.identity.signed_note import Malformed, Signer, Unsigned, Verifier, open_note, sign
from services.audit.tlog import merkle
from services.audit.tlog.checkpoint import Checkpoint
from services.audit.tlog.leaf import packed, unpacked
from services.audit.verify import verifier
from tests.hostile.cut import Cut

ORIGIN: Final = "fuzz.example/log"
SIGNER: Final = Signer(ORIGIN, bytes(range(32)))
KEY: Final = str(SIGNER.verifier)


def note(data: bytes) -> None:
    """An unsigned note, and a signed one around the same text, through the service's reader and the auditor's."""
    text = data.decode("utf-8", "replace")
    _both(text)
    cut = Cut(data)
    body, behind = (cut.piece() + b"\n").decode("utf-8", "replace"), cut.rest().decode("utf-8", "replace")
    _both(sign(body, [SIGNER]) + behind)
    _both(sign(f"{ORIGIN}\n{text}\n", [SIGNER]))
    _both(sign(f"{ORIGIN}\n3\n{base64.b64encode(sha256(data).digest()).decode()}\n{behind}\n", [SIGNER]))


def _both(text: str) -> None:
    try:
        checkpoint: Checkpoint | None = Checkpoint.parse(open_note(text, [SIGNER.verifier])[0])
        if checkpoint is not None and checkpoint.origin != ORIGIN:
            checkpoint = None
    except (Malformed, Unsigned):
        checkpoint = None
    try:
        seen: verifier.SignedTree | None = verifier.checkpoint(text, [KEY])
    except verifier.NotVerified:
        seen = None
    assert (checkpoint is None) == (seen is None), "one reader takes the checkpoint, the other does not"
    if checkpoint is not None and seen is not None:
        assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (seen.origin, seen.size, seen.root)


def key(data: bytes) -> None:
    """A verifier key, as somebody pastes it."""
    text = data.decode("utf-8", "replace")
    with contextlib.suppress(Malformed):
        assert str(Verifier.parse(text)) == text
    report = verifier.verify_bundle({"handovers": [], "checkpoint": sign("x\n", [SIGNER])}, text)
    assert report.findings


def bundle(data: bytes) -> None:
    """A bundle of one record: never verified, and never more than a finding."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(document, dict):
        document.setdefault("checkpoint", sign(f"{ORIGIN}\n3\n{base64.b64encode(bytes(32)).decode()}\n", [SIGNER]))
        document.setdefault("handovers", [])
    report = verifier.verify_bundle(document, KEY)
    assert report.findings


def files(data: bytes) -> None:
    """A log's files as a server shows them: never verified, since the root is not theirs, and never a traceback."""
    cut = Cut(data)
    root = base64.b64encode(bytes(32)).decode()
    shown = {
        "checkpoint": sign(f"{ORIGIN}\n{cut.number(4) + 1}\n{root}\n", [SIGNER]).encode(),
        "handovers": cut.piece() or b"[]",
        "unplaced": cut.piece(),
        "checkpoints/0": cut.piece() or b"[]",
        "tile": cut.piece(),
        "records": cut.rest(),
    }

    def read(path: str) -> bytes:
        return shown.get(path) or shown.get(path.partition("/")[0]) or b""

    assert verifier.verify(read, KEY).findings


def headers(data: bytes) -> None:
    """Packed headers of the archive: what they are taken apart to is what they are put together from."""
    unpacked_headers = unpacked(data)
    if unpacked_headers != [("", data)]:
        assert packed(unpacked_headers) == data


def proof(data: bytes) -> None:
    """Proofs of inclusion and consistency: the service's check and the auditor's say the same."""
    cut = Cut(data)
    index, size, steps = cut.number(20), cut.number(20), cut.number(8)
    leaves = [sha256(bytes([nr])).digest() for nr in range(size)]
    root = merkle.root(leaves)
    real = [merkle.span_hash(leaves[a:b]) for a, b in merkle.inclusion(index, size)] if index < size else []
    given = [real[at] if at < len(real) else bytes(32) for at in (cut.number(len(real) + 1) for _ in range(steps))]
    leaf = leaves[index] if index < size else bytes(32)
    for steps_given in (given, real):
        try:
            merkle.check_inclusion(index, size, leaf, steps_given, root)
            holds = True
        except merkle.Refuted:
            holds = False
        assert holds == verifier.included(index, size, leaf, steps_given, root)
    _consistency(index, size, leaves, root, given)


def _consistency(old: int, size: int, leaves: list[bytes], root: bytes, given: list[bytes]) -> None:
    old_root = merkle.root(leaves[:old])
    real = [merkle.span_hash(leaves[a:b]) for a, b in merkle.consistency(old, size)] if 0 < old <= size else []
    for steps in (given, real):
        try:
            merkle.check_consistency(old, size, steps, old_root, root)
            holds = True
        except merkle.Refuted:
            holds = False
        before, after = (
            verifier.SignedTree(ORIGIN, old, old_root),
            verifier.SignedTree(ORIGIN, size, root),
        )
        assert holds == verifier.continued(before, after, steps), (old, size)
