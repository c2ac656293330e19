"""The keys of registered producers, Ed25519 verified by libsodium: in half the time that OpenSSL takes for it.

What it accepts, `contracts.verifiability` accepts: whoever verifies offline comes to the same answer. The reverse holds
but for signatures that no signer makes: libsodium refuses an R of small order.
"""

from base64 import b64decode
from dataclasses import dataclass, field
from typing import Final

from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from contracts.verifiability import PublicKey

_ED25519: Final = "ed25519:"
AHEAD_MAX: Final = 10_000
"""How many signatures of a key are kept that were checked ahead."""


@dataclass(frozen=True, slots=True)
class QuickKey(PublicKey):
    """A key as `PublicKey.parse` reads it."""

    _point: bytes | None = field(init=False, repr=False, compare=False)
    """The 32 bytes of a key of Ed25519."""
    _ahead: dict[tuple[bytes, bytes], bool] = field(init=False, repr=False, compare=False)
    """What was found out ahead about a signature of a message, until somebody looks for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ahead", {})
        point = b64decode(self.text.removeprefix(_ED25519)) if self.text.startswith(_ED25519) else None
        object.__setattr__(self, "_point", point)

    def holds(self, signature: bytes, message: bytes) -> bool:
        """Whether it is this key's signature of the message."""
        known = self._ahead.pop((signature, message), None)
        return self._holds(signature, message) if known is None else known

    def check_ahead(self, signature: bytes, message: bytes) -> None:
        """Find it out now for the one who will look for it, in another thread."""
        if len(self._ahead) >= AHEAD_MAX:  # nobody looked: the events were at fault in another way
            self._ahead.clear()
        self._ahead[signature, message] = self._holds(signature, message)

    def _holds(self, signature: bytes, message: bytes) -> bool:
        if self._point is None or len(signature) != 64:
            return PublicKey.holds(self, signature, message)
        try:
            crypto_sign_open(signature + message, self._point)
        except BadSignatureError:
            return False
        return True
