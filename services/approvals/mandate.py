"""A mandate as its own facts tell it, and whether it is in the state that a command needs.

Documents belong to an operation, so the mandate remembers them whichever lines they were told to: a line that an
amendment adds later is told of them then (see `framework.carried_over`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeVar

from contracts.approvals import (
    LegalDocumentRecorded,
    LegalDocumentsRequired,
    MandateAmended,
    MandateApproved,
    MandateExpired,
    MandateProposed,
    MandateRejected,
    MandateRevoked,
    MandateSuperseded,
    ProposalWithdrawn,
    WaiverGranted,
)
from contracts.words import LineTerms
from kernel.model.decider import RecordedEvent, Refusal

Status = Literal["absent", "proposed", "approved", "rejected", "withdrawn", "superseded", "expired", "revoked"]

Told = TypeVar("Told", LegalDocumentsRequired, LegalDocumentRecorded)
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Mandate:
    """A national mandate; `absent` before anything is known of it."""

    status: Status = "absent"
    contributor: str = ""
    proposed_on: date = date.min
    decided_on: date = date.min
    """The day of parliament's last decision."""
    in_force_from: date = date.min
    lines: Mapping[str, LineTerms] = field(default_factory=dict)
    waivers: frozenset[str] = frozenset()
    requirements: tuple[LegalDocumentsRequired, ...] = ()
    documents: tuple[LegalDocumentRecorded, ...] = ()

    def covering(self, mission: str) -> tuple[str, ...]:
        """The lines that cover a mission, in the order in which they were approved."""
        return tuple(slug for slug, terms in self.lines.items() if mission in terms.missions)


def _by_slug(lines: tuple[LineTerms, ...]) -> dict[str, LineTerms]:
    return {terms.line: terms for terms in lines}


def for_operation(told: Told) -> Told:
    """A document or requirement as it holds for its operation, whichever lines it was told to."""
    return told.model_copy(update={"lines": ()})


def _with(known: tuple[Item, ...], told: Item) -> tuple[Item, ...]:
    return known if told in known else (*known, told)


def evolve(state: Mandate, fact: RecordedEvent) -> Mandate:
    """The mandate after one more of its facts."""
    match fact.data:
        case MandateProposed() as e:
            return Mandate("proposed", e.contributor, e.proposed_on, lines=_by_slug(e.lines))
        case MandateApproved() as e:
            start, decided = e.in_force_from, e.decision.decided_on
            return replace(state, status="approved", decided_on=decided, in_force_from=start, lines=_by_slug(e.lines))
        case MandateAmended() as e:
            return replace(state, decided_on=e.decision.decided_on, lines={**state.lines, **_by_slug(e.lines)})
        case MandateRejected() as e:
            return replace(state, status="rejected", decided_on=e.decision.decided_on)
        case ProposalWithdrawn():
            return replace(state, status="withdrawn")
        case MandateRevoked():
            return replace(state, status="revoked")
        case MandateExpired():
            return replace(state, status="expired")
        case MandateSuperseded():
            return replace(state, status="superseded")
        case _:
            return _evolve_framework(state, fact)


def _evolve_framework(state: Mandate, fact: RecordedEvent) -> Mandate:
    match fact.data:
        case WaiverGranted() as e:
            return replace(state, waivers=state.waivers | {e.waiver})
        case LegalDocumentsRequired() as e:
            return replace(state, requirements=_with(state.requirements, for_operation(e)))
        case LegalDocumentRecorded() as e:
            return replace(state, documents=_with(state.documents, for_operation(e)))
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact of a mandate")


def wrong_state(own: Mandate, mandate: str, needed: Status) -> Refusal | None:
    """The refusal when the mandate is not in the state that the command needs."""
    if own.status == needed:
        return None
    if own.status == "absent":
        told = f"No mandate {mandate} is on record."
        return Refusal("unknown", told, "mandate", "Enter its proposal first, or correct the identifier.")
    reason = f"Mandate {mandate} is {own.status}; this can be done only while it is {needed}."
    return Refusal("lifecycle", reason, "mandate", "Check which mandate is meant.")
