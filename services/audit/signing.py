"""Keys that sign checkpoints: Ed25519 in the forms of C2SP's signed notes, so other logs' tools read them too."""

import base64
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from services.audit.verifier import ED25519, VerifierKey, Wrong, key_id

PREFIX = "PRIVATE+KEY+"


@dataclass(frozen=True)
class Signer:
    """A key that signs; its repr shows nothing of it."""

    verifier: VerifierKey
    _private: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"Signer({self.verifier.name})"

    @classmethod
    def made(cls, name: str) -> "Signer":
        """A new key."""
        return cls._of(name, Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, text: str) -> "Signer":
        """From `PRIVATE+KEY+<name>+<key id>+<base64>`. Raises `Wrong`; what was read is not in the message."""
        try:
            name, hexadecimal, encoded = text.strip().removeprefix(PREFIX).split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            found = cls._of(name, Ed25519PrivateKey.from_private_bytes(raw[1:]))
        except ValueError as error:
            raise Wrong("this is no signing key: PRIVATE+KEY+<name>+<key id>+<base64>") from error
        if not text.startswith(PREFIX) or raw[:1] != ED25519 or found.verifier.id.hex() != hexadecimal:
            raise Wrong("the signing key is damaged, or not of Ed25519")
        return found

    @classmethod
    def _of(cls, name: str, private: Ed25519PrivateKey) -> "Signer":
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return cls(VerifierKey(name, key_id(name, public), public), private)

    def secret(self) -> str:
        """The key as it is kept."""
        raw = self._private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return f"{PREFIX}{self.verifier.name}+{self.verifier.id.hex()}+{base64.b64encode(ED25519 + raw).decode()}"

    def signature(self, text: str) -> str:
        """The line that signs a note's text, which ends with a newline."""
        signed = base64.b64encode(self.verifier.id + self._private.sign(text.encode())).decode()
        return f"\N{EM DASH} {self.verifier.name} {signed}\n"


def signed(text: str, *signers: Signer) -> str:
    """A note: the text, an empty line, a line for each signature."""
    return f"{text}\n{''.join(signer.signature(text) for signer in signers)}"


def kept(path: Path, name: str) -> Signer:
    """The key in a file that only its owner may read; made there if there is none. Raises `Wrong`."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.stat().st_mode & 0o077:
            raise Wrong(f"others may read {path}: chmod 600 it, and make a new key if they did") from None
        return Signer.read(path.read_text(encoding="utf-8"))
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        made = Signer.made(name)
        file.write(f"{made.secret()}\n")
    return made
