"""Signed notes (C2SP signed-note) with Ed25519 keys: a text, an empty line, and whole lines of signatures."""

import hashlib
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .findings import NotVerified
from .strict_forms import from_base64

NOTE_LENGTH_MAX: Final = 1_000_000
SIGNATURES_MAX: Final = 100


def opened(note: str, keys: Sequence[str]) -> str:
    """The text of a note that one of the keys signed; signatures of unknown keys are ignored.

    Raises:
        NotVerified: none of the keys signed it, one of their signatures is wrong, or it is not a note.
    """
    text, lines = _parts(note)
    known = dict(map(name_and_key, keys))
    good = set[tuple[str, bytes]]()
    for line in lines:
        name, id_, signature = _signature(line)
        public = known.get((name, id_))
        if public is None or (name, id_) in good:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
        except InvalidSignature as fault:
            raise NotVerified(f"a signature of {name} is wrong") from fault
        good.add((name, id_))
    if not good:
        raise NotVerified("none of the keys that you know signed it")
    return text


def _parts(note: str) -> tuple[str, list[str]]:
    """The text and the signature lines; nothing else may stand between or after those lines."""
    if not isinstance(note, str) or len(note) > NOTE_LENGTH_MAX:
        raise NotVerified("it is no note: no text, or too long")
    if any((ord(one) < 0x20 and one != "\n") or "\ud800" <= one <= "\udfff" for one in note):
        raise NotVerified("it is no note: control characters, or halves of characters, are in it")
    text, blank, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or lines[-1] or not 2 <= len(lines) <= SIGNATURES_MAX + 1:
        raise NotVerified("it is no note: a text, an empty line, and whole lines of signatures")
    return text + "\n", lines[:-1]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    """Name, key id and signature of a line `— name base64`."""
    name, _, encoded = line.removeprefix("— ").partition(" ")
    if not line.startswith("— ") or not _is_name(name) or len(raw := base64_in_note(encoded)) < 5:
        raise NotVerified("it is no note: a line among the signatures is none")
    return name, raw[:4], raw[4:]


def name_and_key(key: str) -> tuple[tuple[str, bytes], bytes]:
    """Name and id of a key `name+id+base64`, and its 32 bytes.

    Raises:
        NotVerified: it is not an Ed25519 key, or its id belongs to another key.
    """
    name, _, rest = str(key).partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = base64_in_note(encoded)
    if not _is_name(name) or len(raw) != 33 or raw[:1] != b"\1":
        raise NotVerified("the key is none: it is name+id+base64, of an Ed25519 key")
    id_ = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if id_.hex() != key_id:
        raise NotVerified(f"the id of the key of {name} is not its own: note the whole key anew")
    return (name, id_), raw[1:]


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(one.isspace() or "\ud800" <= one <= "\udfff" for one in name)


def base64_in_note(encoded: str) -> bytes:
    """The bytes that a note or a key holds in base64; raises NotVerified where it is spelt in another way."""
    try:
        return from_base64(encoded)
    except ValueError as fault:
        raise NotVerified(str(fault)) from fault
