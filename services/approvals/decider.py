"""The room's functions, by name: every stream here is a mandate, and nothing it holds is claimed."""

from collections.abc import Mapping
from typing import NoReturn

from contracts import streams
from kernel.model.decider import Claim, ReceivedCommand, RecordedEvent
from services.approvals.commands import decide
from services.approvals.mandate import Mandate, evolve

__all__ = ["claimed", "claims", "decide", "evolve", "initial"]


def initial(stream: str) -> Mandate:
    """A mandate of which nothing is known yet."""
    if streams.category(stream) != "mandate":
        raise ValueError(f"approvals keeps no stream {stream}")
    return Mandate()


def claims(fact: RecordedEvent, state: Mandate) -> Mapping[str, tuple[Claim, ...]]:
    """Nothing: a mandate takes no person, post or unit."""
    return {}


def claimed(asked: ReceivedCommand, claim: Claim, owner: str) -> NoReturn:
    """Unreachable: without claims, none can overlap."""
    raise TypeError(f"a mandate claims nothing, yet {claim} overlaps one of {owner}")
