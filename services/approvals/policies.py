"""Policies: a mandate that supersedes another ends that one on the day it comes into force."""

from collections.abc import Mapping, Sequence

from contracts.approvals import MandateApproved, SupersedeMandate
from contracts.words import Command
from kernel.model.decider import Policy, RecordedEvent


def on_approvals(recorded: RecordedEvent) -> Sequence[Command]:
    """When a mandate that supersedes another is approved, end the mandate that it replaces."""
    match recorded.data:
        case MandateApproved(supersedes=str() as replaced) as event:
            reason = f"Superseded by mandate {event.mandate} (act {event.decision.act_number})."
            return [
                SupersedeMandate(
                    mandate=replaced, ends_on=event.in_force_from, superseded_by=event.mandate, reason=reason
                )
            ]
        case _:
            return []


POLICIES: Mapping[str, Policy] = {"approvals.events": on_approvals}
"""Policies by topic."""
