"""What a principal may ask for. The doors have verified who it is; here it is only compared, so a repeat decides alike.

A refusal here is an answer under the sender's own identity, with the rule `permit`. (Whoever is not the sender at all
is never answered: `kernel.identity.senders`.)
"""

from collections.abc import Collection
from typing import Final

from contracts.registry import type_name
from contracts.words import Command
from kernel.identity.principal import Principal
from kernel.model.decider import Refusal

RULE: Final = "permit"


def refusal(principal: Principal, command: Command) -> Refusal | None:
    """Why the principal may not send this command; None if it may."""
    if command.is_internal and principal.kind != "system":
        reason = f"{type_name(type(command))} follows from an event of another service; only a policy here sends it."
        return Refusal(RULE, reason, "type", "Send the command that leads to that event, to the service that decides.")
    name = type_name(type(command))
    if principal.commands is not None and name not in principal.commands:
        reason = f"{principal.id} may not send {name}."
        return Refusal(RULE, reason, "type", "Ask the operators to add the type in the register of producers.")
    contributor = command.text_of("contributor")
    return outside_scope(principal, () if contributor is None else (contributor,))


def is_limited(principal: Principal) -> bool:
    """Whether it may speak of some States alone; who has not said who acts is not limited, nor are policies."""
    return principal.contributors is not None and principal.kind not in ("unauthenticated", "system")


def outside_scope(principal: Principal, contributors: Collection[str] | None) -> Refusal | None:
    """The refusal of a command about these States (None: every State), if one is outside of the principal's scope.

    It names no State: whose a stream is, is not for everybody to know. A command that creates nothing is refused before
    as if the stream were not on record (`kernel.decide.within_scope`).
    """
    if not is_limited(principal):
        return None
    if contributors is None:
        reason = f"The command concerns every State, and {principal.id} may speak of some alone."
        return Refusal(RULE, reason, "type", "Let a sender send it who is registered for every State.")
    if principal.contributors is None or principal.contributors.issuperset(contributors):
        return None
    return foreign(principal)


def foreign(principal: Principal) -> Refusal:
    """The refusal of a command that is about no State within the principal's scope."""
    reason = f"The command is about no State that {principal.id} may speak of."
    return Refusal(RULE, reason, "contributor", "Ask the operators which States are registered for you.")
