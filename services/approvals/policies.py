"""What facts lead to here: a mandate that supersedes another ends that one on the day it comes into force."""

from collections.abc import Mapping, Sequence

from contracts.approvals import MandateApproved, SupersedeMandate
from contracts.words import Command
from kernel.model.decider import Policy, RecordedEvent


def on_approvals(fact: RecordedEvent) -> Sequence[Command]:
    """An approval that supersedes → the end of the mandate that it replaces."""
    match fact.data:
        case MandateApproved(supersedes=str() as replaced) as e:
            reason = f"Superseded by mandate {e.mandate} (act {e.decision.act_number})."
            return [SupersedeMandate(mandate=replaced, ends_on=e.in_force_from, superseded_by=e.mandate, reason=reason)]
        case _:
            return []


POLICIES: Mapping[str, Policy] = {"approvals.events": on_approvals}
"""By topic."""
