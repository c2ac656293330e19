"""Mandates, their lines with every version of their terms, waivers, and the legal framework of each operation.

Terms are kept by the version of the event that set them: on a day E the newest terms that begin by E hold, and the
ones before them stay readable.
"""

from collections.abc import Iterator
from operator import attrgetter
from uuid import UUID

from contracts import approvals as told
from contracts.words import LineTerms as Terms
from services.reporting.projections.event import Recorded
from services.reporting.projections.mandate_rows import (
    DOCUMENTS,
    LINES,
    MANDATES,
    REQUIREMENTS,
    SUB_CEILINGS,
    TERMS,
    WAIVERS,
    Document,
    Line,
    LineTerms,
    Mandate,
    Requirement,
    SubCeiling,
    Waiver,
)
from services.reporting.projections.view import Group, Row, Rows


def project(e: Recorded, rows: Rows) -> Iterator[Row]:
    """The rows that an event of a mandate sets."""
    match e.data:
        case told.MandateProposed() as data:
            yield _proposed(e.id, data)
        case told.MandateApproved() | told.MandateAmended() as data:
            yield _decided(e.id, data, rows.one(MANDATES, data.mandate))
            for terms in data.lines:
                yield from _line(e, data, terms, rows)
        case told.MandateRejected(mandate=mandate, decision=decision):
            known = rows.one(MANDATES, mandate)
            yield known._replace(status="rejected", ends_on=decision.decided_on, event=e.id)
        case told.ProposalWithdrawn(mandate=mandate, withdrawn_on=day, reason=reason):
            known = rows.one(MANDATES, mandate)
            yield known._replace(status="withdrawn", ends_on=day, end_reason=reason, event=e.id)
        case told.MandateRevoked() | told.MandateExpired() | told.MandateSuperseded() as data:
            yield _out_of_force(e, rows, data)
            for line in data.lines:
                open_line = rows.one(LINES, f"{data.mandate}/{line}")
                yield open_line._replace(ends_on=data.ends_on, end_reason=data.reason, event=e.id)
        case told.WaiverGranted() | told.LegalDocumentsRequired() | told.LegalDocumentRecorded() as data:
            yield _condition(e, data)
        case other:
            raise TypeError(f"{type(other).__name__} is no event of a mandate")


def _proposed(event: UUID, data: told.MandateProposed) -> Mandate:
    return Mandate(
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


def _decided(event: UUID, data: told.MandateApproved | told.MandateAmended, known: Mandate) -> Mandate:
    """An amendment changes lines; the act that approved the mandate stays the mandate's own."""
    if isinstance(data, told.MandateAmended):
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


def _line(e: Recorded, data: told.MandateApproved | told.MandateAmended, terms: Terms, rows: Rows) -> Iterator[Row]:
    line, since = f"{data.mandate}/{terms.line}", data.in_force_from
    if rows.find(LINES, line) is None:
        yield Line(line, data.mandate, terms.line, data.contributor, since, e.id)
    yield LineTerms(
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
        yield SubCeiling(line, e.version, sub.mission, data.mandate, sub.ceiling)


def _out_of_force(
    e: Recorded, rows: Rows, data: told.MandateRevoked | told.MandateExpired | told.MandateSuperseded
) -> Mandate:
    status = {told.MandateRevoked: "revoked", told.MandateExpired: "expired"}.get(type(data), "superseded")
    ended = rows.one(MANDATES, data.mandate)._replace(status=status, ends_on=data.ends_on, end_reason=data.reason)
    return ended._replace(superseded_by=getattr(data, "superseded_by", None), event=e.id)


def _condition(
    e: Recorded, data: told.WaiverGranted | told.LegalDocumentsRequired | told.LegalDocumentRecorded
) -> Waiver | Requirement | Document:
    match data:
        case told.WaiverGranted():
            line = f"{data.mandate}/{data.line}"
            period = (data.valid_from, data.valid_until)
            return Waiver(
                data.mandate, data.waiver, line, data.mission, data.extra, *period, data.legal_reference, e.id
            )
        case told.LegalDocumentsRequired():
            return Requirement(data.mandate, data.mission, e.version, data.kinds, data.required_from, e.id)
        case told.LegalDocumentRecorded():
            return Document(data.mandate, data.mission, data.kind, data.document, data.dated, data.sha256, e.id)


GROUP = Group(
    name="mandate",
    views=(MANDATES, LINES, TERMS, SUB_CEILINGS, WAIVERS, REQUIREMENTS, DOCUMENTS),
    owner=attrgetter("mandate"),
    project=project,
    events=told.EVENTS,
)
