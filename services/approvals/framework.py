"""The legal framework of a mandate: waivers to ceilings (I1) and the documents that arrivals require (I3)."""

from typing import TypeAlias, assert_never

from contracts.approvals import (
    GrantWaiver,
    LegalDocumentRecorded,
    LegalDocumentsRequired,
    RecordLegalDocument,
    RequireLegalDocuments,
    WaiverGranted,
)
from contracts.words import Event, LineTerms
from kernel.model.decider import Decision, Refusal, States, state_of
from services.approvals.mandate import Mandate, for_operation, wrong_state

FrameworkCommand: TypeAlias = GrantWaiver | RequireLegalDocuments | RecordLegalDocument


def decide(command: FrameworkCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Mandate, command.stream, states)
    match command:
        case GrantWaiver():
            return _grant_waiver(own, command)
        case RequireLegalDocuments():
            return _require_documents(own, command)
        case RecordLegalDocument():
            return _record_document(own, command)
        case _:
            assert_never(command)


def _not_covered(own: Mandate, mandate: str, mission: str) -> Refusal | None:
    if refusal := wrong_state(own, mandate, "approved"):
        return refusal
    if own.covering(mission):
        return None
    reason = f"No line of mandate {mandate} covers {mission}."
    return Refusal("unknown", reason, "mission", "Name a mission of the mandate, or amend the mandate first.")


def _grant_waiver(own: Mandate, command: GrantWaiver) -> Decision:
    if refusal := wrong_state(own, command.mandate, "approved"):
        return refusal
    terms = own.lines.get(command.line)
    if terms is None:
        reason = f"Mandate {command.mandate} has no line {command.line}; it has {', '.join(own.lines)}."
        return Refusal("unknown", reason, "line", "Name one of its lines.")
    if command.mission is not None and command.mission not in terms.missions:
        reason = f"Line {command.line} does not cover {command.mission}; it covers {', '.join(terms.missions)}."
        return Refusal("unknown", reason, "mission", "Name a mission of the line, or none for the whole line.")
    if command.waiver in own.waivers:
        reason = f"Waiver {command.waiver} is already on record for mandate {command.mandate}."
        return Refusal("duplicate", reason, "waiver", "Give a new waiver its own identifier.")
    if command.valid_until <= command.valid_from:
        reason = f"The waiver would end on {command.valid_until}, not after it starts on {command.valid_from}."
        return Refusal("I1", reason, "valid_until", "Give the first day on which the waiver no longer holds.")
    return [WaiverGranted(**dict(command))]


def _require_documents(own: Mandate, command: RequireLegalDocuments) -> Decision:
    if refusal := _not_covered(own, command.mandate, command.mission):
        return refusal
    event = LegalDocumentsRequired(**dict(command), lines=own.covering(command.mission))
    if for_operation(event) in own.requirements:
        reason = f"These documents are already required for {command.mission} from {command.required_from}."
        return Refusal("duplicate", reason, "kinds", "Nothing needs to be done.")
    return [event]


def _record_document(own: Mandate, command: RecordLegalDocument) -> Decision:
    if refusal := _not_covered(own, command.mandate, command.mission):
        return refusal
    event = LegalDocumentRecorded(**dict(command), lines=own.covering(command.mission))
    if for_operation(event) in own.documents:
        reason = f"Document {command.document} ({command.kind}) is already on record for {command.mission}."
        return Refusal("duplicate", reason, "document", "Nothing needs to be done.")
    return [event]


def carried_over(own: Mandate, amended: tuple[LineTerms, ...]) -> list[Event]:
    """Events that record an operation's documents and requirements again, for the lines that newly cover it."""
    events: list[Event] = []
    on_record: tuple[LegalDocumentsRequired | LegalDocumentRecorded, ...] = (*own.requirements, *own.documents)
    for event in on_record:
        known = own.covering(event.mission)
        new = tuple(terms.line for terms in amended if event.mission in terms.missions and terms.line not in known)
        if new:
            events.append(event.model_copy(update={"lines": new}))
    return events
