"""Sessions of people who signed in with a token, and links that sign in once: both are signed, and neither is stored.

A session names the hash of its token, so it ends when the token's line is removed. A link is for one use: what was used
is remembered until the link would have ended anyway.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal, TypeAlias

SESSION_LASTS: Final = timedelta(hours=12)
LINK_LASTS: Final = timedelta(hours=1)
KEY_LENGTH_MIN: Final = 32
Purpose: TypeAlias = Literal["session", "link"]
_PARTS: Final = 4


class Sessions:
    """Issues and verifies sessions and links with one key. Times are aware."""

    def __init__(self, key: str | None = None) -> None:
        """`key` is shared by processes that take each other's sessions; without it, each process has its own."""
        self._key = (key or secrets.token_urlsafe(KEY_LENGTH_MIN)).encode()
        self._used: dict[str, int] = {}
        self.cookie: Final = f"forcegen-{sha256(b'cookie ' + self._key).hexdigest()[:12]}"
        """The cookie's name: services of other keys on the same host have other ones, as cookies know no ports."""

    def issue(self, digest: str, now: datetime) -> str:
        """The session of whoever showed the token with this hash."""
        return self._signed("session", digest, now + SESSION_LASTS)

    def link(self, digest: str, now: datetime) -> str:
        """The code of a link that signs in once, as the holder of the token with this hash."""
        return self._signed("link", digest, now + LINK_LASTS)

    def session(self, value: str, now: datetime) -> str | None:
        """The hash of the token of a session; None if there is no such session."""
        return self._verified("session", value, now)

    def redeem(self, code: str, now: datetime) -> str | None:
        """The hash of the token of a link, once; None if there is no such link, or it was used."""
        digest, instant = self._verified("link", code, now), int(now.timestamp())
        if digest is None or code in self._used:
            return None
        self._used = {used: until for used, until in self._used.items() if until > instant}
        self._used[code] = instant + int(LINK_LASTS.total_seconds())
        return digest

    def _signed(self, purpose: Purpose, digest: str, until: datetime) -> str:
        content = f"{digest}.{int(until.timestamp())}.{secrets.token_hex(8)}"
        return f"{content}.{self._mac(purpose, content)}"

    def _verified(self, purpose: Purpose, value: str, now: datetime) -> str | None:
        content, _, mac = value.rpartition(".")
        if value.count(".") != _PARTS - 1 or not hmac.compare_digest(
            self._mac(purpose, content).encode(), mac.encode("utf-8", "surrogateescape")
        ):
            return None
        digest, until, _ = content.split(".")
        return digest if now.timestamp() < int(until) else None

    def _mac(self, purpose: Purpose, content: str) -> str:
        signed = f"{purpose}\n{content}".encode("utf-8", "surrogateescape")
        return hmac.digest(self._key, signed, "sha256").hex()
