"""The legal framework of a mandate: waivers to ceilings (I1) and the documents that arrivals wait for (I3)."""

from contracts.approvals import (
    GrantWaiver,
    LegalDocumentRecorded,
    LegalDocumentsRequired,
    RecordLegalDocument,
    RequireLegalDocuments,
    WaiverGranted,
)
from contracts.words import Event, LineTerms
from kernel.model.decider import Decision, Refusal
from services.approvals.mandate import Mandate, for_operation, wrong_state


def _not_covered(own: Mandate, mandate: str, mission: str) -> Refusal | None:
    if refused := wrong_state(own, mandate, "approved"):
        return refused
    if own.covering(mission):
        return None
    reason = f"No line of mandate {mandate} covers {mission}."
    return Refusal("unknown", reason, "mission", "Name a mission of the mandate, or amend the mandate first.")


def grant_waiver(own: Mandate, asked: GrantWaiver) -> Decision:
    if refused := wrong_state(own, asked.mandate, "approved"):
        return refused
    terms = own.lines.get(asked.line)
    if terms is None:
        reason = f"Mandate {asked.mandate} has no line {asked.line}; it has {', '.join(own.lines)}."
        return Refusal("unknown", reason, "line", "Name one of its lines.")
    if asked.mission is not None and asked.mission not in terms.missions:
        reason = f"Line {asked.line} does not cover {asked.mission}; it covers {', '.join(terms.missions)}."
        return Refusal("unknown", reason, "mission", "Name a mission of the line, or none for the whole line.")
    if asked.waiver in own.waivers:
        reason = f"Waiver {asked.waiver} is already on record for mandate {asked.mandate}."
        return Refusal("duplicate", reason, "waiver", "Give a new waiver its own identifier.")
    if asked.valid_until <= asked.valid_from:
        reason = f"The waiver would end on {asked.valid_until}, not after it starts on {asked.valid_from}."
        return Refusal("I1", reason, "valid_until", "Give the first day on which the waiver no longer holds.")
    return [WaiverGranted(**dict(asked))]


def require_documents(own: Mandate, asked: RequireLegalDocuments) -> Decision:
    if refused := _not_covered(own, asked.mandate, asked.mission):
        return refused
    event = LegalDocumentsRequired(**dict(asked), lines=own.covering(asked.mission))
    if for_operation(event) in own.requirements:
        reason = f"These documents are already required for {asked.mission} from {asked.required_from}."
        return Refusal("duplicate", reason, "kinds", "Nothing needs to be done.")
    return [event]


def record_document(own: Mandate, asked: RecordLegalDocument) -> Decision:
    if refused := _not_covered(own, asked.mandate, asked.mission):
        return refused
    event = LegalDocumentRecorded(**dict(asked), lines=own.covering(asked.mission))
    if for_operation(event) in own.documents:
        reason = f"Document {asked.document} ({asked.kind}) is already on record for {asked.mission}."
        return Refusal("duplicate", reason, "document", "Nothing needs to be done.")
    return [event]


def carried_over(own: Mandate, amended: tuple[LineTerms, ...]) -> list[Event]:
    """The documents that an operation already has or needs, told again for the lines that now newly cover it."""
    events: list[Event] = []
    told: tuple[LegalDocumentsRequired | LegalDocumentRecorded, ...] = (*own.requirements, *own.documents)
    for one in told:
        known = own.covering(one.mission)
        if new := tuple(terms.line for terms in amended if one.mission in terms.missions and terms.line not in known):
            events.append(one.model_copy(update={"lines": new}))
    return events
