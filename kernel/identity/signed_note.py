"""A text and its signatures: C2SP signed-note, with Ed25519.

A note is a text that ends with a line end, an empty line, and signature lines: `— <name> <base64>`, where the bytes are
the key's id (4) and the signature (64). Keys are encoded as Go's `note` package encodes them.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = b"\1"
NOTE_LENGTH_MAX: Final = 1_000_000
"""In characters."""
SIGNATURES_MAX: Final = 100
_SIGNED: Final = "— "


class Malformed(Exception):
    """The text is not a note, or not a key."""


class Unsigned(Exception):
    """None of the known keys signed the note, or a signature under a known key is wrong."""


@dataclass(frozen=True)
class Verifier:
    """A key that may have signed: a name and a public key of 32 bytes."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that distinguish keys and prove nothing."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `<name>+<id>+<key>`.

        Raises:
            Malformed: it is not a verifier, or its id belongs to another key.
        """
        name, id_, key = _key(text)
        verifier = cls(name, key)
        if verifier.id.hex() != id_:
            raise Malformed(f"the id of the key {name!r} is not its own")
        return verifier


@dataclass(frozen=True, repr=False)
class Signer:
    """A signing key: a name and the seed of a private key, 32 bytes."""

    name: str
    seed: bytes

    @property
    def verifier(self) -> Verifier:
        """Its public half."""
        return Verifier(self.name, self._private().public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """The signature of a note's text, 64 bytes."""
        return self._private().sign(text.encode())

    def secret(self) -> str:
        """The key as it is stored: `PRIVATE+KEY+<name>+<id>+<seed>`."""
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{_base64(ED25519 + self.seed)}"

    @classmethod
    def parse(cls, secret: str) -> Self:
        """Parse a `secret()`.

        Raises:
            Malformed: it is not one. The error does not quote the text.
        """
        if not secret.startswith("PRIVATE+KEY+"):
            raise Malformed("no private key")
        name, id_, seed = _key(secret.removeprefix("PRIVATE+KEY+"))
        signer = cls(name, seed)
        if signer.verifier.id.hex() != id_:
            raise Malformed(f"the id of the private key {name!r} is not its own")
        return signer

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def sign(text: str, signers: Sequence[Signer]) -> str:
    """The signed note of a text."""
    if not text.endswith("\n"):
        raise Malformed("a note's text ends with a line's end")
    lines = [f"{_SIGNED}{s.name} {_base64(s.verifier.id + s.sign(text))}\n" for s in signers]
    return text + "\n" + "".join(lines)


def open_note(note: str, known: Iterable[Verifier]) -> tuple[str, list[Verifier]]:
    """The text, and which of the known keys signed it; signatures of unknown keys are ignored.

    Raises:
        Malformed: it is not a note.
        Unsigned: no known key signed it, or a signature under a known key is wrong.
    """
    text, lines = _parts(note)
    by_key = {(one.name, one.id): one for one in known}
    signed: list[Verifier] = []
    for line in lines:
        name, id_, signature = _signature(line)
        verifier = by_key.get((name, id_))
        if verifier is None or verifier in signed:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(verifier.public).verify(signature, text.encode())
        except InvalidSignature as fault:
            raise Unsigned(f"the signature of {name!r} is wrong") from fault
        signed.append(verifier)
    if not signed:
        raise Unsigned("no known key signed it")
    return text, signed


def text_of(note: str) -> str:
    """The text of a note whose signatures are not looked at; what nobody has signed yet is all text."""
    text, separator, _ = note.rpartition(f"\n\n{_SIGNED}")
    return f"{text}\n" if separator else note


def _parts(note: str) -> tuple[str, list[str]]:
    if len(note) > NOTE_LENGTH_MAX or any((ord(c) < 0x20 and c != "\n") or _is_half(c) for c in note):
        raise Malformed("too long, or control characters or halves of characters in it")
    text, blank, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or lines[-1] or len(lines) < 2 or len(lines) > SIGNATURES_MAX + 1:
        raise Malformed("no text, or no signatures, or too many")
    return text + "\n", lines[:-1]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, space, encoded = line.removeprefix(_SIGNED).partition(" ")
    raw = _bytes(encoded)
    if not line.startswith(_SIGNED) or not space or not _is_name(name) or len(raw) < 5:
        raise Malformed("a signature line of another form")
    return name, raw[:4], raw[4:]


def _key(text: str) -> tuple[str, str, bytes]:
    name, _, rest = text.partition("+")
    id_, _, encoded = rest.partition("+")
    raw = _bytes(encoded)
    if not _is_name(name) or len(raw) != 33 or raw[:1] != ED25519:
        raise Malformed("no Ed25519 key")
    return name, id_, raw[1:]


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() or _is_half(c) for c in name)


def _is_half(character: str) -> bool:
    """Whether it is a lone surrogate: JSON may contain one, and no signed text can hold it."""
    return "\ud800" <= character <= "\udfff"


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(encoded: str) -> bytes:
    """Decode base64 in its canonical spelling: no bit may be left over."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise Malformed("no base64") from fault
    if _base64(raw) != encoded:
        raise Malformed("base64 that is spelt in another way than its own")
    return raw
