"""Keys of Ed25519 and P-256, public and private. The algorithm belongs to the key, never to the message."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from .strict_forms import from_base64, to_base64

_ECDSA: Final = ec.ECDSA(SHA256())
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_Y8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER: Final = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})
"""The y of the points of edwards25519 whose order divides 8: under such a key, one signature holds for any message."""


class KeyRefused(ValueError):
    """A text that is not a key, or a key under which a signature would prove nothing."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that verifies: Ed25519 (RFC 8032), or ECDSA over P-256 with SHA-256 and signatures as r and s, 64 bytes."""

    text: str
    """`ed25519:` and the base64 of its 32 bytes, or `p256:` and that of the uncompressed point, 65 bytes."""
    id: str
    """The `keyid` of its signatures: usually the first 32 hexadecimal digits of the SHA-256 of its text. It narrows the
    choice of a key and proves nothing."""
    _key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str, keyid: str | None = None) -> Self:
        """Read the text of a key; `keyid` if its producer uses another id than the usual one.

        Raises:
            KeyRefused: it is not a key, not in its only spelling, or is a point of small order.
        """
        algorithm, _, encoded = text.partition(":")
        raw = from_base64(encoded)
        key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey
        if algorithm == "ed25519" and raw is not None and len(raw) == 32:
            _check_point(raw)
            key = ed25519.Ed25519PublicKey.from_public_bytes(raw)
        elif algorithm == "p256" and raw is not None and len(raw) == 65:
            try:
                key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
            except ValueError as fault:
                raise KeyRefused("These 65 bytes are not a point of P-256. Copy the key again.") from fault
        else:
            raise KeyRefused(
                "A public key is `ed25519:` or `p256:` with base64, as `forcegen keys show FILE` prints it."
            )
        return cls(text, hashlib.sha256(text.encode()).hexdigest()[:32] if keyid is None else keyid, key)

    def holds(self, signature: bytes, message: bytes) -> bool:
        """Whether it is this key's signature of the message."""
        if len(signature) != 64:
            return False
        try:
            if isinstance(self._key, ed25519.Ed25519PublicKey):
                self._key.verify(signature, message)
            else:
                r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
                self._key.verify(encode_dss_signature(r, s), message, _ECDSA)
        except InvalidSignature:
            return False
        return True


def _check_point(raw: bytes) -> None:
    """Refuse 32 bytes that are not a public key of Ed25519 that can be relied on (RFC 8032, section 5.1.3)."""
    y = int.from_bytes(raw, "little") & ~(1 << 255)
    if y >= _P:
        raise KeyRefused("The key is spelt in a non-canonical way. Register it as `forcegen keys show` prints it.")
    if y in _SMALL_ORDER:
        raise KeyRefused("The key is a point of small order: anybody can sign with it. Make a new key.")
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    if pow(square, (_P - 1) // 2, _P) != 1:
        raise KeyRefused("These 32 bytes are not a point of edwards25519. Copy the key again.")


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A private key of Ed25519 or P-256. `cryptography` makes a new one, or `forcegen keys new`."""

    private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Read a private key in PEM, not encrypted: of `forcegen keys new`, or of `openssl genpkey`.

        Raises:
            KeyRefused: it is none, or of another algorithm. The text does not quote the file.
        """
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return cls(key)
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return cls(key)
        raise KeyRefused(
            "This is not a private key of Ed25519 or P-256 in PEM without a password: `forcegen keys new`."
        )

    def to_pem(self) -> bytes:
        """The key as PKCS #8 in PEM, not encrypted: for a file that only its owner can read."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @cached_property
    def public(self) -> PublicKey:
        """Its public half."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return PublicKey.parse(f"ed25519:{to_base64(self.private.public_key().public_bytes_raw())}")
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return PublicKey.parse(f"p256:{to_base64(point)}")

    def sign(self, message: bytes) -> bytes:
        """The signature of a message, 64 bytes; the same each time (RFC 8032; RFC 6979)."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32) + s.to_bytes(32)
