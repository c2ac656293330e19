"""Names at the brokers of people, their tools and other systems; those of services are the services' own names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

OPERATOR: Final = "operator"
"""Reads everything and changes nothing."""
REFILL: Final = "refill"
"""Restores lost topics from the archive, as any service would have written them."""
CLI: Final = "cli"
"""Sends commands with `forcegen send` and `forcegen import`: an office of the operator's own."""


@dataclass(frozen=True, slots=True)
class RegisteredProducer:
    """A user at the brokers of another system that sends commands, and the topics that it writes."""

    name: str
    topics: Sequence[str]
