"""Sessions of people, links that sign in once, and sign-ins that have begun: all are signed, and none is stored.

A session names the hash of its token, so it ends when the token's line is removed, or the person whom an identity
provider has vouched for, with the claims that counted. What was used, or signed out, is remembered until it would have
ended anyway: by this process, and as long as it runs.
"""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal, TypeAlias

SESSION_LASTS: Final = timedelta(hours=12)
LINK_LASTS: Final = timedelta(hours=1)
SIGN_IN_LASTS: Final = timedelta(minutes=10)
"""How long a person may take at an identity provider."""
KEY_LENGTH_MIN: Final = 32
Purpose: TypeAlias = Literal["session", "link", "person", "sign-in"]
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
        return None if value in self._used else self._verified("session", value, now)

    def redeem(self, code: str, now: datetime) -> str | None:
        """The hash of the token of a link, once; None if there is no such link, or it was used."""
        digest = None if code in self._used else self._verified("link", code, now)
        if digest is not None:
            self._spend(code, now)
        return digest

    def issue_person(self, claims: Mapping[str, object], lasts: timedelta, now: datetime) -> str:
        """The session of a person whom an identity provider has vouched for with these claims."""
        return self._signed("person", _packed(claims), now + lasts)

    def person(self, value: str, now: datetime) -> Mapping[str, object] | None:
        """The claims of a person's session; None if there is no such session."""
        packed = None if value in self._used else self._verified("person", value, now)
        return _unpacked(packed) if packed else None

    def begin_sign_in(self, content: Mapping[str, object], now: datetime) -> str:
        """What a browser keeps of a sign-in while its person is at an identity provider."""
        return self._signed("sign-in", _packed(content), now + SIGN_IN_LASTS)

    def begun_sign_in(self, value: str, now: datetime) -> Mapping[str, object] | None:
        """The content of a sign-in that has begun and not succeeded yet; None if there is none, or it took too long."""
        packed = None if value in self._used else self._verified("sign-in", value, now)
        return _unpacked(packed) if packed else None

    def spend_sign_in(self, value: str, now: datetime) -> None:
        """Let a sign-in that has succeeded never succeed again. Others need not be remembered: anybody begins some."""
        self._spend(value, now)

    def sign_out(self, value: str, now: datetime) -> None:
        """End a session: whoever has a copy of its cookie reads nothing more."""
        if self.session(value, now) is not None or self.person(value, now) is not None:
            self._spend(value, now)

    def _spend(self, value: str, now: datetime) -> None:
        """Remember what counts no more, for as long as it would have counted."""
        instant = int(now.timestamp())
        self._used = {used: until for used, until in self._used.items() if until > instant}
        self._used[value] = int(value.split(".")[1])

    def _signed(self, purpose: Purpose, content: str, until: datetime) -> str:
        signed = f"{content}.{int(until.timestamp())}.{secrets.token_hex(8)}"
        return f"{signed}.{self._mac(purpose, signed)}"

    def _verified(self, purpose: Purpose, value: str, now: datetime) -> str | None:
        signed, _, mac = value.rpartition(".")
        if value.count(".") != _PARTS - 1 or not hmac.compare_digest(
            self._mac(purpose, signed).encode(), mac.encode("utf-8", "surrogateescape")
        ):
            return None
        content, until, _ = signed.split(".")
        return content if now.timestamp() < int(until) else None

    def _mac(self, purpose: Purpose, content: str) -> str:
        signed = f"{purpose}\n{content}".encode("utf-8", "surrogateescape")
        return hmac.digest(self._key, signed, "sha256").hex()


def _packed(content: Mapping[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _unpacked(packed: str) -> Mapping[str, object]:
    content: Mapping[str, object] = json.loads(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    return content
