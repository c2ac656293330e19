"""What a principal may ask for. The doors have verified who it is; here it is only compared, so a repeat decides alike.

A refusal here is an answer under the sender's own identity, with the rule `permit`. (Whoever is not the sender at all
is never answered: `kernel.identity.senders`.)
"""

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
    return None
