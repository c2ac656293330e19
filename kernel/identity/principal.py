"""The one type for who acts, whichever door somebody came through: a topic, a signature, a token, a session.

The doors verify; everything behind them only compares. So a decision is the same when it is replayed, whatever has
become of keys and tokens since.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from contracts.registry import source_of

PrincipalKind: TypeAlias = Literal[
    "service_account", "user", "app_user", "api_key", "system", "unauthenticated", "unknown"
]
"""The values of `authtype` in CloudEvents' extension Auth Context."""
Role: TypeAlias = Literal["producer", "reader", "auditor", "operator"]
"""What a principal may do over HTTP: `producer` sends commands and reads its own answers, `reader` reads the reports of
its States, `auditor` reads the archive, `operator` sees health, lag, metrics and dead letters and repairs."""
ROLES: Final[frozenset[Role]] = frozenset({"producer", "reader", "auditor", "operator"})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts, as a door has verified it."""

    kind: PrincipalKind
    id: str
    """Unique for its kind: the name of a producer, of a token, or issuer and subject of a token that an identity
    provider issued. Never an e-mail address."""
    roles: frozenset[Role] = frozenset()
    contributors: frozenset[str] | None = frozenset()
    """The States whose rows it may see or change; None stands for every State."""
    key: str | None = None
    """The id of the key that signed the command; None if nothing was signed."""
    proof: bytes | None = None
    """SHA-256 of the payload that the signature covers."""
    register: str | None = None
    """Version and SHA-256 of the register of producers that named the principal, as `7:<hexadecimal>`."""
    commands: frozenset[str] | None = None
    """The types of the commands that it may send; None stands for every type that is not internal."""
    on_behalf_of: str | None = None
    """For `system`: the id of the principal whose command or event led to this one."""

    def may_see(self, contributor: str) -> bool:
        """Whether the rows of this State are within its scope."""
        return self.contributors is None or contributor in self.contributors


UNAUTHENTICATED: Final = Principal("unauthenticated", "unauthenticated")
"""Nobody has said who acts."""


def system(service: str, on_behalf_of: str | None = None) -> Principal:
    """A service that acts by a policy of its own."""
    return Principal("system", source_of(service), contributors=None, on_behalf_of=on_behalf_of)
