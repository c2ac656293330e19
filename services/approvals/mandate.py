"""A mandate's state, built from its events, and the check that it has the status that a command needs.

Documents belong to an operation, so the mandate keeps them regardless of the lines they were recorded for: an amendment
that adds a line records them for that line too (see `framework.carried_over`).
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
    MandateChangeApproved,
    MandateChangedByBreakGlass,
    MandateChangeProposed,
    MandateChangeWithdrawn,
    MandateExpired,
    MandateProposed,
    MandateRejected,
    MandateRevoked,
    MandateSuperseded,
    ProposalWithdrawn,
    WaiverGranted,
)
from contracts.words import Event, LineTerms
from kernel.identity.person import Person
from kernel.model.decider import Refusal
from kernel.model.four_eyes import Proposals

Status = Literal["absent", "proposed", "approved", "rejected", "withdrawn", "superseded", "expired", "revoked"]

LegalEvent = TypeVar("LegalEvent", LegalDocumentsRequired, LegalDocumentRecorded)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mandate:
    """A national mandate; its status is `absent` before the first event."""

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
    entered_by: Person | None = None
    """Who entered its proposal; None where nobody was known."""
    proposals: Proposals = field(default_factory=Proposals)
    """Changes that wait for a second person (`changes.evolve`)."""

    def covering(self, mission: str) -> tuple[str, ...]:
        """The lines that cover a mission, in the order in which they were approved."""
        return tuple(slug for slug, terms in self.lines.items() if mission in terms.missions)


def _by_slug(lines: tuple[LineTerms, ...]) -> dict[str, LineTerms]:
    return {terms.line: terms for terms in lines}


def for_operation(event: LegalEvent) -> LegalEvent:
    """A document or requirement of an operation, without the lines that it was recorded for."""
    return event.model_copy(update={"lines": ()})


def evolve(state: Mandate, event: Event) -> Mandate:
    """The mandate after one more of its events."""
    match event:
        case MandateProposed():
            return Mandate("proposed", event.contributor, event.proposed_on, lines=_by_slug(event.lines))
        case MandateApproved():
            return replace(
                state,
                status="approved",
                decided_on=event.decision.decided_on,
                in_force_from=event.in_force_from,
                lines=_by_slug(event.lines),
            )
        case MandateAmended():
            lines = {**state.lines, **_by_slug(event.lines)}
            return replace(state, decided_on=event.decision.decided_on, lines=lines)
        case MandateRejected():
            return replace(state, status="rejected", decided_on=event.decision.decided_on)
        case ProposalWithdrawn():
            return replace(state, status="withdrawn")
        case MandateRevoked():
            return replace(state, status="revoked")
        case MandateExpired():
            return replace(state, status="expired")
        case MandateSuperseded():
            return replace(state, status="superseded")
        case _:
            return _evolve_framework(state, event)


def _evolve_framework(state: Mandate, event: Event) -> Mandate:
    match event:
        case WaiverGranted():
            return replace(state, waivers=state.waivers | {event.waiver})
        case LegalDocumentsRequired():
            return replace(state, requirements=_with(state.requirements, for_operation(event)))
        case LegalDocumentRecorded():
            return replace(state, documents=_with(state.documents, for_operation(event)))
        case (
            MandateChangeProposed() | MandateChangeApproved() | MandateChangeWithdrawn() | MandateChangedByBreakGlass()
        ):
            return state
        case _:
            raise TypeError(f"a mandate's stream holds no {type(event).__name__}")


def _with(events: tuple[T, ...], event: T) -> tuple[T, ...]:
    return events if event in events else (*events, event)


def wrong_state(own: Mandate, mandate: str, needed: Status) -> Refusal | None:
    """The refusal if the mandate does not have the status that the command needs."""
    if own.status == needed:
        return None
    if own.status == "absent":
        reason = f"No mandate {mandate} is on record."
        return Refusal("unknown", reason, "mandate", "Enter its proposal first, or correct the identifier.")
    reason = f"Mandate {mandate} is {own.status}; this is possible only while it is {needed}."
    return Refusal("lifecycle", reason, "mandate", "Check which mandate you mean.")
