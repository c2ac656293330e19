"""Who may be believed to have sent a command: the source that it claims is checked before the command is looked up.

The inbox knows a command by (source, id), so whoever may use a source fixes the answers given under it. A command whose
sender cannot be believed is therefore no command of that source: it is never answered there.
"""

from typing import Final, Protocol

from contracts.registry import source_of

OWN: Final = "urn:forcegen"
"""The beginning of the sources that services speak under: their events, and the commands of their policies."""


class NotTheSender(Exception):
    """The sender is not who the command says: the reason, the field at fault, and the remedy."""

    def __init__(self, reason: str, field: str, remedy: str) -> None:
        super().__init__(f"{field}: {reason} {remedy}")
        self.reason = f"identity: {reason}"
        """Begins with `identity`, which sets dead letters of this kind apart from unreadable ones."""
        self.field = field
        self.remedy = remedy


class _HasSource(Protocol):
    """A command as read, or what could be read of one."""

    @property
    def source(self) -> str | None: ...


def is_reserved(source: str) -> bool:
    """Whether a source is one of this system's own; scheme and namespace ignore case (RFC 8141, section 3.1)."""
    start = source.strip().lower()
    return start == OWN or start.startswith(f"{OWN}:")


def policy_source(service: str) -> str:
    """The source of the commands that a service's own policies send."""
    return f"{source_of(service)}:policy"


def check_source(read: _HasSource) -> None:
    """Raise `NotTheSender` if somebody outside speaks under a source of this system."""
    if read.source is not None and is_reserved(read.source):
        reason = f"The source {read.source[:80]!r} is reserved: only this system itself speaks under {OWN}."
        raise NotTheSender(reason, "source", "Send the command under a source of your own, e.g. urn:mfa:kz.")
