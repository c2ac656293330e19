"""Static tokens for small installations: a file holds the hash of each token beside what its bearer may do.

A token is random and long (256 bits), so one round of SHA-256 hides it: nobody finds it from its hash. The file is read
again when it changes, so a line that is removed ends its token at once.
"""

import hmac
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from contracts.words import Contributor
from kernel.identity.principal import ROLES, Principal, Role
from kernel.identity.watched_file import WatchedFile

PREFIX: Final = "fg_"
"""What every token begins with, so that scanners for leaked secrets can recognise one."""
RANDOM_BYTES: Final = 32
EVERY_STATE: Final = "*"
_NAME: Final = re.compile(r"[A-Za-z0-9_.@-]{1,100}", re.ASCII)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CONTRIBUTORS: Final = TypeAdapter(frozenset[Contributor])
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class MalformedTokensFile(ValueError):
    """A line of the tokens' file is wrong, so none of it counts."""


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token: the hash of it, and what its bearer may do."""

    name: str
    digest: str
    """SHA-256 of the token, in hexadecimal."""
    roles: frozenset[Role]
    contributors: frozenset[str] | None
    """None: every State."""
    expires: datetime | None
    """From this instant on the token is refused; None: never."""

    def holds(self, now: datetime) -> bool:
        """Whether the token has not expired."""
        return self.expires is None or now < self.expires

    def principal(self) -> Principal:
        """Whoever shows the token."""
        return Principal("api_key", self.name, roles=self.roles, contributors=self.contributors)

    def __str__(self) -> str:
        """The line as it stands in a tokens' file."""
        states = EVERY_STATE if self.contributors is None else ",".join(sorted(self.contributors))
        expires = [f"expires={self.expires:%Y-%m-%d}"] if self.expires else []
        permits = [f"roles={','.join(sorted(self.roles))}", f"contributors={states}"]
        return " ".join([self.name, self.digest, *permits, *expires])


def new_token() -> str:
    """A token that nobody can guess."""
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def digest_of(token: str) -> str:
    """SHA-256 of a token, in hexadecimal, as a tokens' file holds it."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def parse(text: str) -> tuple[TokenLine, ...]:
    """The tokens of a file: lines `NAME SHA-256 roles=… contributors=… expires=YYYY-MM-DD`.

    Blank lines and lines that begin with # are ignored. A line of a name and a hash alone is an auditor, for every
    State and without an end: the form of files that hold readers of the archive only.

    Raises:
        MalformedTokensFile: a line is none of these, or a name or a hash occurs twice.
    """
    tokens: dict[str, TokenLine] = {}
    for nr, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            token = _line(line.split())
        except ValueError as fault:
            raise MalformedTokensFile(f"Line {nr} of the tokens' file is wrong: {fault}.") from fault
        if token.name in tokens or token.digest in {one.digest for one in tokens.values()}:
            raise MalformedTokensFile(f"Line {nr} of the tokens' file has a name or a hash of a line before it.")
        tokens[token.name] = token
    return tuple(tokens.values())


def line_of(name: str, token: str, roles: Sequence[str], contributors: Sequence[str], expires: str | None) -> TokenLine:
    """The line for a new token; raises ValueError, with the reason, for what no line may hold."""
    parts = [f"roles={','.join(roles)}", f"contributors={','.join(contributors)}"]
    return _line([name, digest_of(token), *parts, *([f"expires={expires}"] if expires else [])])


def _line(parts: Sequence[str]) -> TokenLine:
    name, digest = (*parts, "", "")[:2]
    if not _NAME.fullmatch(name):
        raise ValueError("a name has 1 to 100 letters, digits and . _ @ -")
    if not _DIGEST.fullmatch(digest):
        raise ValueError("the second word is the SHA-256 of a token, in small hexadecimal digits")
    if not parts[2:]:
        return TokenLine(name, digest, frozenset({"auditor"}), None, None)
    permits = dict(_permits(parts[2:]))
    if len(permits) != len(parts) - 2:
        raise ValueError("a permit occurs twice")
    if missing := {"roles", "contributors"} - permits.keys():
        raise ValueError(f"{min(missing)}= is missing")
    return TokenLine(
        name, digest, _roles(permits["roles"]), _contributors(permits["contributors"]), _expiry(permits.get("expires"))
    )


def _permits(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        name, _, value = word.partition("=")
        if name not in ("roles", "contributors", "expires") or not value:
            raise ValueError("behind the hash stand roles=, contributors= and expires=, each with a value")
        yield name, value


def _roles(text: str) -> frozenset[Role]:
    named = frozenset(text.split(","))
    if not named <= ROLES:
        raise ValueError(f"roles are {', '.join(sorted(ROLES))}")
    return frozenset(role for role in ROLES if role in named)


def _contributors(text: str) -> frozenset[str] | None:
    if text == EVERY_STATE:
        return None
    try:
        return _CONTRIBUTORS.validate_python(text.split(","))
    except ValidationError:
        raise ValueError("contributors are three capital letters each, as KAZ, or * for every State") from None


def _expiry(text: str | None) -> datetime | None:
    if text is None:
        return None
    if not _DAY.fullmatch(text):
        raise ValueError("expires= is a day, as 2030-12-31, from whose first moment (UTC) the token is refused")
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TokensFile:
    """The tokens of a file, which is read again when it changes."""

    def __init__(self, file: Path) -> None:
        """Read the file; raises `MalformedTokensFile` or OSError, so that no service starts without its tokens."""
        self._tokens = WatchedFile(file, parse)

    def lines(self) -> tuple[TokenLine, ...]:
        """The lines as they hold now, in their order."""
        return self._tokens.current()

    def bearer(self, token: str, now: datetime) -> Principal | None:
        """Whoever shows this token; None if no line holds it, or it has expired.

        Every line is compared, each in constant time, so the time taken does not tell which lines come close.
        """
        return self.holder(digest_of(token), now)

    def holder(self, digest: str, now: datetime) -> Principal | None:
        """The same, given the hash of the token."""
        matching = [one for one in self._tokens.current() if hmac.compare_digest(one.digest, digest)]
        return matching[0].principal() if matching and matching[0].holds(now) else None
