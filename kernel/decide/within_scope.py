"""A decision for a sender who may speak of some States alone: as if nothing of other States were on record.

So what is foreign and what is unknown are refused alike, and no refusal tells a sender what another State has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from contracts.words import Command
from kernel.identity import permits
from kernel.identity.principal import Principal
from kernel.model.decider import AnyDecider, Decision, Pending, ReceivedCommand, Refusal, States


@dataclass(slots=True)
class SeenStates(Mapping[str, object]):
    """The same states without what is of other States than the principal's; what is hidden is noted."""

    states: States
    decider: AnyDecider
    principal: Principal
    hidden: set[str] = field(default_factory=set)

    def __getitem__(self, stream: str) -> object:
        state = self.states[stream]
        seen: object = self.decider.as_seen(stream, state, self.states, self.principal.may_see)
        if seen is not state and seen != state:
            self.hidden.add(stream)
        return seen

    def __iter__(self) -> Iterator[str]:
        return iter(self.states)

    def __len__(self) -> int:
        return len(self.states)


def decide(decider: AnyDecider, principal: Principal, command: ReceivedCommand[Command], states: States) -> Decision:
    """What the decider decides, and for a sender of some States, what it decides about what they have.

    Where that would be accepted, because the sender has chosen an id that another State has taken, or says of nobody's
    thing what would count for whoever comes to own it, the command is refused by the rule `permit`.
    """
    if not permits.is_limited(principal):
        return decider.decide(command, states)
    about = decider.contributors(command, states)
    outside = permits.outside_scope(principal, about)
    if about is None and outside is not None:
        return outside
    if not about and command.data.text_of("contributor") is None:
        outside = permits.foreign(principal)
    seen = SeenStates(states, decider, principal)
    decision = decider.decide(command, seen)
    if isinstance(decision, Refusal | Pending):
        return decision
    if outside is not None or not seen.hidden:
        return outside or decision
    decision = decider.decide(command, states)  # by rules that look at what all States have
    return permits.foreign(principal) if isinstance(decision, Refusal | Pending) else decision
