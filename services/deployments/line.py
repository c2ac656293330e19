"""The ledger of a mandate line: its effective-dated terms, waivers, documents, and every tour on it.

Everything that the ceiling depends on is in this one stream, so that one place can decide it (I1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias, assert_never
from uuid import UUID

from contracts.deployments import (
    CloseLine,
    DocumentRecorded,
    DocumentsRequired,
    LineAmended,
    LineClosed,
    LineOpened,
    OpenLine,
    RecordDocument,
    RecordWaiver,
    RequireDocuments,
    TourPlanned,
    WaiverRecorded,
)
from contracts.words import Event
from kernel.model.decider import Decision, Pending, Refusal, States, state_of
from kernel.model.effective_dated import EffectiveDated
from kernel.model.four_eyes import Proposals
from services.deployments import tour_events
from services.deployments.tour import Tour
from services.mandate_lines import LineGrant, MandateLine, of_another_state

LineCommand: TypeAlias = OpenLine | CloseLine | RecordWaiver | RequireDocuments | RecordDocument
_NO_REQUIREMENTS: EffectiveDated[DocumentsRequired] = EffectiveDated()


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that decisions about the tours of a line depend on."""

    line: MandateLine
    waivers: Mapping[str, WaiverRecorded] = field(default_factory=dict)
    requirements: Mapping[str, EffectiveDated[DocumentsRequired]] = field(default_factory=dict)
    """By mission."""
    documents: tuple[DocumentRecorded, ...] = ()
    tours: Mapping[str, Tour] = field(default_factory=dict)
    proposals: Proposals = field(default_factory=Proposals)
    """Corrections that wait for a second person (`correction_steps.evolve`)."""

    @property
    def stream(self) -> str:
        return self.line.stream

    def limit_on(self, day: date, mission: str | None) -> int | None:
        """The most people allowed on a day: on the line (None) or in a mission; None if the mission has no sub-ceiling.

        `about` is how an act words its number; it is enforced like `max`.
        """
        terms = self.line.terms_on(day)
        if terms is None:
            return 0
        extra = sum(
            w.extra for w in self.waivers.values() if w.mission == mission and w.valid_from <= day < w.valid_until
        )
        if mission is None:
            return terms.ceiling + extra
        return next((sub.ceiling + extra for sub in terms.sub_ceilings if sub.mission == mission), None)

    def limit_days(self) -> set[date]:
        """The days on which a limit may change."""
        waived = {day for w in self.waivers.values() for day in (w.valid_from, w.valid_until)}
        return waived.union(self.line.grants.first_days)

    def requirements_for(self, mission: str) -> EffectiveDated[DocumentsRequired]:
        """The kinds of document that an arrival in a mission needs, by effective date."""
        return self.requirements.get(mission, _NO_REQUIREMENTS)

    def tour(self, tour: str) -> Tour | Refusal:
        """A tour by its identifier, or the refusal of an unknown one."""
        if tour in self.tours:
            return self.tours[tour]
        reason = f"No tour {tour} is on record on this line."
        return Refusal("unknown", reason, "tour", "Plan it first, or correct the identifier.")


def evolve(state: Ledger, event: Event, event_id: UUID) -> Ledger:
    """The ledger after one more event, of one of its tours or of the line itself."""
    if isinstance(event, TourPlanned):
        return replace(state, tours={**state.tours, event.tour: tour_events.planned(event, event_id)})
    if isinstance(event, tour_events.LaterEvent):
        tour = tour_events.after(state.tours[event.tour], event, event_id)
        return replace(state, tours={**state.tours, event.tour: tour})
    match event:
        case LineOpened() | LineAmended():
            return replace(state, line=state.line.granted(LineGrant(event.contributor, event.terms), event.since))
        case LineClosed():
            return replace(state, line=state.line.ended(event.ends_on))
        case WaiverRecorded():
            return replace(state, waivers={**state.waivers, event.waiver: event})
        case DocumentsRequired():
            required = state.requirements_for(event.mission).with_value(event.required_from, event)
            return replace(state, requirements={**state.requirements, event.mission: required})
        case DocumentRecorded():
            return replace(state, documents=(*state.documents, event))
        case _:
            raise TypeError(f"a mandate line's stream holds no {type(event).__name__}")


def decide(command: LineCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Ledger, command.stream, states)
    match command:
        case OpenLine():
            return _open(own, command)
        case CloseLine():
            return waits_for_line(own, "The line's end") or _close(own, command)
        case RecordWaiver():
            return waits_for_line(own, f"Waiver {command.waiver}") or _record_waiver(own, command)
        case RequireDocuments():
            return waits_for_line(own, "A requirement of documents") or _require_documents(own, command)
        case RecordDocument():
            return waits_for_line(own, f"Document {command.document}") or _record_document(own, command)
        case _:
            assert_never(command)


def waits_for_line(own: Ledger, what: str) -> Pending | None:
    """Wait for a line that is not known yet: approvals may have recorded it, with its terms still in transit."""
    return None if own.line.is_known else Pending(own.stream, f"{what} waits until the mandate line is known here.")


def _open(own: Ledger, command: OpenLine) -> Decision:
    """Record the terms of one more decision; nothing happens if the same terms already hold from that day."""
    if not own.line.is_known:
        return [LineOpened(**dict(command))]
    if own.line.has(LineGrant(command.contributor, command.terms), command.since):
        return []
    return of_another_state(own.line, command.since, command.contributor, "contributor") or [
        LineAmended(**dict(command))
    ]


def _close(own: Ledger, command: CloseLine) -> Decision:
    ended_on = own.line.ended_on
    if ended_on is None:
        return [LineClosed(**dict(command))]
    if ended_on == command.ends_on:
        return []
    reason = f"{own.line.name} is closed from {ended_on} already, not from {command.ends_on}."
    return Refusal("lifecycle", reason, "ends_on", "A line closes once.")


def _record_waiver(own: Ledger, command: RecordWaiver) -> Decision:
    event = WaiverRecorded(**dict(command))
    known = own.waivers.get(command.waiver)
    if known is not None and known != event:
        reason = f"Waiver {command.waiver} is on record with other terms: {known.extra} more until {known.valid_until}."
        return Refusal("duplicate", reason, "waiver", "Give a new waiver its own identifier.")
    return [] if known else [event]


def _require_documents(own: Ledger, command: RequireDocuments) -> Decision:
    event = DocumentsRequired(**dict(command))
    return [] if own.requirements_for(event.mission).beginning_on(event.required_from) == event else [event]


def _record_document(own: Ledger, command: RecordDocument) -> Decision:
    event = DocumentRecorded(**dict(command))
    return [] if event in own.documents else [event]
