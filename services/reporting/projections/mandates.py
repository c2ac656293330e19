"""Mandates, their lines with every version of their terms, waivers, and the legal framework of each operation.

Terms are kept under the version of the event that set them: on a day E the newest terms that begin by E hold, and the
earlier ones remain readable.
"""

from collections.abc import Iterator
from operator import attrgetter
from uuid import UUID

from contracts import approvals
from contracts.words import LineTerms
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.mandate_rows import (
    DOCUMENTS,
    LINES,
    MANDATES,
    REQUIREMENTS,
    SUB_CEILINGS,
    TERMS,
    WAIVERS,
    DocumentRow,
    LineRow,
    LineTermsRow,
    MandateRow,
    RequirementRow,
    SubCeilingRow,
    WaiverRow,
)
from services.reporting.projections.view import Projection, Row, Rows


def project(e: ConsumedEvent, rows: Rows) -> Iterator[Row]:
    """The rows that an event of a mandate sets."""
    match e.data:
        case approvals.MandateProposed() as data:
            yield _proposed(e.id, data)
        case approvals.MandateApproved() | approvals.MandateAmended() as data:
            yield _decided(e.id, data, rows.one(MANDATES, data.mandate))
            for terms in data.lines:
                yield from _line(e, data, terms, rows)
        case approvals.MandateRejected(mandate=mandate, decision=decision):
            known = rows.one(MANDATES, mandate)
            yield known._replace(status="rejected", ends_on=decision.decided_on, event=e.id)
        case approvals.ProposalWithdrawn(mandate=mandate, withdrawn_on=day, reason=reason):
            known = rows.one(MANDATES, mandate)
            yield known._replace(status="withdrawn", ends_on=day, end_reason=reason, event=e.id)
        case approvals.MandateRevoked() | approvals.MandateExpired() | approvals.MandateSuperseded() as data:
            yield _out_of_force(e, rows, data)
            for line in data.lines:
                open_line = rows.one(LINES, f"{data.mandate}/{line}")
                yield open_line._replace(ends_on=data.ends_on, end_reason=data.reason, event=e.id)
        case approvals.WaiverGranted() | approvals.LegalDocumentsRequired() | approvals.LegalDocumentRecorded() as data:
            yield _condition(e, data)
        case (
            approvals.MandateChangeProposed()
            | approvals.MandateChangeApproved()
            | approvals.MandateChangeWithdrawn()
            | approvals.MandateChangedByBreakGlass()
        ):
            rows.one(MANDATES, e.data.mandate)  # reports read these steps in the log of events
        case other:
            raise TypeError(f"{type(other).__name__} is no event of a mandate")


def _proposed(event: UUID, data: approvals.MandateProposed) -> MandateRow:
    return MandateRow(
        mandate=data.mandate,
        contributor=data.contributor,
        status="proposed",
        proposed_on=data.proposed_on,
        proposed_by=data.proposed_by,
        legal_basis=data.legal_basis,
        area=data.area,
        tasks=data.tasks,
        rotation=data.rotation,
        withdrawal=data.withdrawal,
        cost=data.cost,
        event=event,
    )


def _decided(event: UUID, data: approvals.MandateApproved | approvals.MandateAmended, known: MandateRow) -> MandateRow:
    """An amendment changes lines; the mandate keeps the act that approved it."""
    if isinstance(data, approvals.MandateAmended):
        return known._replace(event=event)
    return known._replace(
        status="approved",
        act_number=data.decision.act_number,
        decided_on=data.decision.decided_on,
        votes_for=data.decision.votes_for,
        votes_against=data.decision.votes_against,
        in_force_from=data.in_force_from,
        supersedes=data.supersedes,
        event=event,
    )


def _line(
    e: ConsumedEvent, data: approvals.MandateApproved | approvals.MandateAmended, terms: LineTerms, rows: Rows
) -> Iterator[Row]:
    line, since = f"{data.mandate}/{terms.line}", data.in_force_from
    if rows.find(LINES, line) is None:
        yield LineRow(line, data.mandate, terms.line, data.contributor, since, e.id)
    yield LineTermsRow(
        line=line,
        version=e.version,
        mandate=data.mandate,
        since=since,
        missions=terms.missions,
        categories=terms.categories,
        ceiling=terms.ceiling,
        qualifier=terms.qualifier,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        act_number=data.decision.act_number,
        event=e.id,
    )
    for sub in terms.sub_ceilings:
        yield SubCeilingRow(line, e.version, sub.mission, data.mandate, sub.ceiling)


def _out_of_force(
    e: ConsumedEvent,
    rows: Rows,
    data: approvals.MandateRevoked | approvals.MandateExpired | approvals.MandateSuperseded,
) -> MandateRow:
    status = {approvals.MandateRevoked: "revoked", approvals.MandateExpired: "expired"}.get(type(data), "superseded")
    ended = rows.one(MANDATES, data.mandate)._replace(status=status, ends_on=data.ends_on, end_reason=data.reason)
    return ended._replace(superseded_by=getattr(data, "superseded_by", None), event=e.id)


def _condition(
    e: ConsumedEvent, data: approvals.WaiverGranted | approvals.LegalDocumentsRequired | approvals.LegalDocumentRecorded
) -> WaiverRow | RequirementRow | DocumentRow:
    match data:
        case approvals.WaiverGranted():
            line = f"{data.mandate}/{data.line}"
            period = (data.valid_from, data.valid_until)
            return WaiverRow(
                data.mandate, data.waiver, line, data.mission, data.extra, *period, data.legal_reference, e.id
            )
        case approvals.LegalDocumentsRequired():
            return RequirementRow(data.mandate, data.mission, e.version, data.kinds, data.required_from, e.id)
        case approvals.LegalDocumentRecorded():
            return DocumentRow(data.mandate, data.mission, data.kind, data.document, data.dated, data.sha256, e.id)


PROJECTION = Projection(
    name="mandate",
    views=(MANDATES, LINES, TERMS, SUB_CEILINGS, WAIVERS, REQUIREMENTS, DOCUMENTS),
    aggregate_id=attrgetter("mandate"),
    project=project,
    events=approvals.EVENTS,
)
