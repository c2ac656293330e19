"""When each static token, and a token of each identity provider, was used last: in memory, since the process started.

A write for each request would cost more than most requests do. Nothing is kept of people. A restart forgets it; what
gathers metrics keeps it (`forcegen_credential_last_used_seconds`).
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from kernel.identity.principal import Principal


class LastUses:
    """Last uses by the name of a static token, or by issuer: as many as the files of the settings name, at most."""

    def __init__(self) -> None:
        self.since = datetime.now(UTC)
        """From when on uses are known."""
        self._uses: dict[str, datetime] = {}

    def note(self, principal: Principal, now: datetime) -> None:
        """Remember that these credentials were used."""
        name = principal.id if principal.kind == "api_key" else principal.id.partition("#")[0]
        self._uses[name] = now

    def of(self, name: str) -> datetime | None:
        """When the token of this name, or a token of this issuer, was used last; None if it was not."""
        return self._uses.get(name)

    def all(self) -> Mapping[str, datetime]:
        """The last use of each that was used."""
        return self._uses
