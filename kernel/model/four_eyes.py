"""Four eyes: what one person proposes, another approves, having read what it is now.

A command without a person comes from a policy, or no register of producers is in force: nobody is compared, and it is
decided at once. Persons were verified at the door; here they are only compared, so history is decided alike again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from contracts.words import Command, Event
from kernel.identity.person import Person, are_two
from kernel.model.decider import Decision, Pending, Refusal

RULE: Final = "four-eyes"
WAITING_MAX: Final = 100
"""Proposals of one stream that may wait for a second person."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody proposed, and since when what it is about has not changed."""

    by: Person | None
    """None if it was recorded while nobody was known."""
    since: int
    """The version of the stream with the last event that an approver has to know."""
    command: Command
    """What is decided once it is approved."""


@dataclass(frozen=True, slots=True)
class Proposals:
    """The proposals of a stream that wait for a second person, by the ids of the events that made them."""

    version: int = 0
    """How many events the stream has."""
    waiting: Mapping[UUID, Proposal] = field(default_factory=dict)

    def counted(self) -> "Proposals":
        """After one more event."""
        return replace(self, version=self.version + 1)

    def proposed(self, event: UUID, by: Person | None, command: Command) -> "Proposals":
        """After the event, already counted, that makes a proposal."""
        return replace(self, waiting={**self.waiting, event: Proposal(by, self.version, command)})

    def settled(self, proposal: UUID) -> "Proposals":
        """After a proposal was approved or withdrawn."""
        return replace(self, waiting={event: one for event, one in self.waiting.items() if event != proposal})

    def outdated(self, part: str | None = None) -> "Proposals":
        """After an event, already counted, that changed what proposals are about: an approval has to know it.

        `part` is the tour that it changed; None stands for the whole stream.
        """
        if not self.waiting:
            return self
        concerns = {event: part is None or part == one.command.text_of("tour") for event, one in self.waiting.items()}
        later = {e: replace(one, since=self.version) if concerns[e] else one for e, one in self.waiting.items()}
        return replace(self, waiting=later)

    def full(self) -> Refusal | None:
        """The refusal of one more proposal, if too many wait."""
        if len(self.waiting) < WAITING_MAX:
            return None
        reason = f"{WAITING_MAX} proposals wait here already."
        return Refusal("limits", reason, remedy="Let some of them be approved or withdrawn first.")

    def known(self, proposal: UUID) -> Proposal | Refusal:
        """A proposal that waits, or the refusal of any other id."""
        if proposal in self.waiting:
            return self.waiting[proposal]
        reason = f"No proposal {proposal} waits here; perhaps it was approved or withdrawn."
        return Refusal(
            "unknown", reason, "proposal", "Name the id of the event that proposed it (report awaiting-approval)."
        )

    def approved(self, person: Person | None, proposal: UUID, version: int) -> Proposal | Refusal:
        """A proposal that the sender may approve as of this version; else the refusal."""
        one = self.known(proposal)
        return one if isinstance(one, Refusal) else self.refusal(person, one.by, one.since, version) or one

    def refusal(self, person: Person | None, by: Person | None, since: int, version: int | None) -> Refusal | None:
        """Why the sender may not approve, as of a version of the stream, what somebody proposed; None if it may."""
        return not_two(person, by) or self._unread(person, since, version)

    def _unread(self, person: Person | None, since: int, version: int | None) -> Refusal | None:
        if version is None:
            if person is None:
                return None
            reason = "The approval does not say which version it approves."
            return Refusal(RULE, reason, "version", f"Read what is proposed, and name the version: it is {since}.")
        if since <= version <= self.version:
            return None
        reason = f"Version {version} is approved, but what is proposed is as of version {since}."
        if version > self.version:
            reason = f"Version {version} is approved, and there are only {self.version}."
        return Refusal(RULE, reason, "version", f"Read it again, and approve version {since} if you still agree.")


def not_two(person: Person | None, proposer: Person | None) -> Refusal | None:
    """The refusal unless the sender is certainly another person than the proposer."""
    if person is None:
        return None
    if proposer is None:
        reason = "Nobody knows who proposed it: no register of producers was in force then."
        return Refusal(RULE, reason, "actor", "Withdraw it and propose it again, or use the break-glass command.")
    if are_two(person, proposer):
        return None
    reason = f"{person} may not approve it: {proposer} proposed it, and two people are needed."
    return Refusal(RULE, reason, "actor", "Let another person approve it (docs/how-to/four-eyes.md).")


def needs_second(person: Person | None, decision: Decision) -> bool:
    """Whether what the rules admit is only proposed for now: its sender is known, so somebody else must approve it."""
    return person is not None and isinstance(decision, Sequence)


def not_alone(person: Person | None, why: str, field: str) -> Refusal | None:
    """The refusal of a break-glass command that nothing makes necessary, or whose `field` gives no reason."""
    if person is None:
        reason = "No second person is needed here: no register of producers is in force."
        return Refusal(RULE, reason, "type", "Send the change itself.")
    if not why.strip():
        return Refusal(RULE, "It does not say why no second person could approve it.", field, "Say why.")
    return None


def followed(step: Event, decision: Decision) -> Decision:
    """The step, and behind it what the rules decide; their refusal if they admit nothing."""
    return decision if isinstance(decision, Refusal | Pending) else [step, *decision]
