"""Commands and events of the approvals service: mandates, their lines, and the legal framework.

A stream is one national mandate. A ceiling is never raised by itself: only a decision of parliament changes terms.
"""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from contracts import streams
from contracts.words import (
    Command,
    Contract,
    Contributor,
    Day,
    Decision,
    DocumentKind,
    Event,
    EventId,
    Headcount,
    LineTerms,
    Message,
    Mission,
    Reference,
    Sha256,
    Slug,
    StreamVersion,
    Text,
)

Lines = Annotated[tuple[LineTerms, ...], Field(min_length=1, max_length=100)]


class _OfMandate(Message):
    service: ClassVar[str] = "approvals"
    mandate: Slug

    @property
    def stream(self) -> str:
        return streams.mandate(self.mandate)


class _Proposal(_OfMandate):
    contributor: Contributor
    proposed_on: Day
    proposed_by: Text
    """The office that proposes, e.g. the head of state."""
    legal_basis: Text | None = None
    """E.g. Constitution, article 53, subparagraph 5."""
    area: Text | None = None
    tasks: Text | None = None
    rotation: Text | None = None
    """How and how often people are relieved, as the proposal words it."""
    withdrawal: Text | None = None
    """On what terms people are withdrawn, as the proposal words it."""
    cost: Text | None = None
    lines: Lines


class ProposeMandate(_Proposal, Command):
    """Enter a proposal that parliament is asked to approve."""


class MandateProposed(_Proposal, Event):
    """A proposal was put to parliament."""

    effective_field = "proposed_on"


class _Approval(_OfMandate):
    decision: Decision
    in_force_from: Day
    supersedes: Slug | None = None
    """The mandate that this one replaces; mandates coexist unless one says so."""


class ApproveMandate(_Approval, Command):
    """Enter parliament's approval of a proposed mandate."""

    version: StreamVersion | None = None
    """The version of the mandate's stream that was read and is approved; needed where two people are."""


class MandateApproved(_Approval, Event):
    """Parliament approved a mandate: it is in force from `in_force_from`, and its lines open."""

    effective_field = "in_force_from"
    contributor: Contributor
    lines: Lines


class _Rejection(_OfMandate):
    decision: Decision


class RejectMandate(_Rejection, Command):
    """Enter parliament's rejection of a proposed mandate."""


class MandateRejected(_Rejection, Event):
    """Parliament rejected a proposal."""


class _Withdrawal(_OfMandate):
    withdrawn_on: Day
    reason: Text


class WithdrawProposal(_Withdrawal, Command):
    """Withdraw a proposal before parliament has decided."""


class ProposalWithdrawn(_Withdrawal, Event):
    """A proposal was withdrawn before a decision."""

    effective_field = "withdrawn_on"


class _Amendment(_OfMandate):
    decision: Decision
    in_force_from: Day
    lines: Lines
    """The lines that change or are added, each with its whole new terms; other lines stay."""


class AmendMandate(_Amendment, Command):
    """Enter a new decision of parliament that changes or adds lines."""


class MandateAmended(_Amendment, Event):
    """Parliament changed the terms of lines or added lines, from `in_force_from` on."""

    effective_field = "in_force_from"
    contributor: Contributor


class _End(_OfMandate):
    ends_on: Day
    """The first day out of force."""
    reason: Text


class RevokeMandate(_End, Command):
    """Enter parliament's revocation of a mandate."""

    decision: Decision


class MandateRevoked(_End, Event):
    """Parliament revoked a mandate."""

    effective_field = "ends_on"
    decision: Decision
    lines: tuple[Slug, ...]


class ExpireMandate(_End, Command):
    """State that a mandate's term has run out."""


class MandateExpired(_End, Event):
    """A mandate's term ran out."""

    effective_field = "ends_on"
    lines: tuple[Slug, ...]


class SupersedeMandate(_End, Command):
    """State that a later mandate replaces this one (sent by the policy of the later mandate's approval)."""

    is_internal: ClassVar[bool] = True

    superseded_by: Slug


class MandateSuperseded(_End, Event):
    """A later mandate replaced this one."""

    effective_field = "ends_on"
    superseded_by: Slug
    lines: tuple[Slug, ...]


class _Waiver(_OfMandate):
    waiver: Slug
    line: Slug
    mission: Mission | None = None
    """Where only a sub-ceiling is waived, its mission; otherwise the line's own ceiling is waived."""
    extra: Headcount
    """People above the ceiling."""
    valid_from: Day
    valid_until: Day
    legal_reference: Reference


class GrantWaiver(_Waiver, Command):
    """Enter a dated exception to a ceiling, with its own legal reference (rule I1)."""


class WaiverGranted(_Waiver, Event):
    """A dated exception to a ceiling was granted."""

    effective_field = "valid_from"


class _Requirement(_OfMandate):
    mission: Mission
    kinds: Annotated[tuple[DocumentKind, ...], Field(max_length=10)]
    """Every kind of legal document that must be recorded before anyone arrives (rule I3)."""
    required_from: Day


class RequireLegalDocuments(_Requirement, Command):
    """State which legal documents an operation needs."""


class LegalDocumentsRequired(_Requirement, Event):
    """It was decided which legal documents an operation needs."""

    effective_field = "required_from"
    lines: tuple[Slug, ...]
    """The lines of the mandate that cover the mission."""


class _Document(_OfMandate):
    mission: Mission
    kind: DocumentKind
    document: Reference
    dated: Day
    sha256: Sha256 | None = None
    """Hash of the document's bytes; None while only its existence is known."""


class RecordLegalDocument(_Document, Command):
    """Record a legal document of an operation."""


class LegalDocumentRecorded(_Document, Event):
    """A legal document of an operation was recorded."""

    effective_field = "dated"
    lines: tuple[Slug, ...]
    """The lines of the mandate that cover the mission."""


# Changes that two people decide, where a register of producers is in force: one proposes, another approves.


class MandateChange(Contract):
    """A change of a mandate: exactly one of these."""

    approval: ApproveMandate | None = None
    amendment: AmendMandate | None = None
    revocation: RevokeMandate | None = None
    expiry: ExpireMandate | None = None
    waiver: GrantWaiver | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "MandateChange":
        if sum(one is not None for _, one in self) != 1:
            raise PydanticCustomError("one_change", "give exactly one change")
        return self

    @classmethod
    def of(cls, command: Command) -> "MandateChange":
        """The change that a command makes."""
        kinds = {ApproveMandate: "approval", AmendMandate: "amendment", RevokeMandate: "revocation"}
        kinds |= {ExpireMandate: "expiry", GrantWaiver: "waiver"}
        return cls.model_validate({kinds[type(command)]: command})

    @property
    def command(self) -> Command:
        """The command that makes the change."""
        one: Command = next(one for _, one in self if one is not None)
        return one


class _OfChange(Message):
    """The mandate is that of the change itself, so that there is one place to name it."""

    service: ClassVar[str] = "approvals"
    change: MandateChange

    @property
    def mandate(self) -> str:
        """The mandate that changes."""
        return self.stream.removeprefix("mandate/")

    @property
    def stream(self) -> str:
        return self.change.command.stream


class MandateChangeProposed(_OfChange, Event):
    """Somebody proposed a change of an approved mandate; it waits for another person's approval."""

    proposed_by: Text
    """The producer, and who acted for it where that is known."""


class _ChangeApproval(_OfMandate):
    proposal: EventId
    """The id of the event by which the change was proposed."""
    version: StreamVersion
    """The version of the mandate's stream that was read and is approved."""


class ApproveMandateChange(_ChangeApproval, Command):
    """Approve a change that another person proposed; it is decided now, by the rules and the state of now."""


class MandateChangeApproved(_ChangeApproval, Event):
    """A second person approved a proposed change; the change itself follows."""


class _ChangeWithdrawal(_OfMandate):
    proposal: EventId
    reason: Text


class WithdrawMandateChange(_ChangeWithdrawal, Command):
    """Withdraw a proposed change, one's own or another's."""


class MandateChangeWithdrawn(_ChangeWithdrawal, Event):
    """A proposed change was withdrawn."""


class ChangeMandateByBreakGlass(_OfChange, Command):
    """Change a mandate alone, in an emergency, with the reason; it stands in a report of its own."""

    is_break_glass: ClassVar[bool] = True
    reason: Text


class MandateChangedByBreakGlass(_OfChange, Event):
    """Somebody changed a mandate without a second person; the change itself follows."""

    reason: Text
    changed_by: Text
    """The producer, and who acted for it where that is known."""


COMMANDS: tuple[type[Command], ...] = (
    ProposeMandate,
    ApproveMandate,
    RejectMandate,
    WithdrawProposal,
    AmendMandate,
    RevokeMandate,
    ExpireMandate,
    SupersedeMandate,
    GrantWaiver,
    RequireLegalDocuments,
    RecordLegalDocument,
    ApproveMandateChange,
    WithdrawMandateChange,
    ChangeMandateByBreakGlass,
)
EVENTS: tuple[type[Event], ...] = (
    MandateProposed,
    MandateApproved,
    MandateRejected,
    ProposalWithdrawn,
    MandateAmended,
    MandateRevoked,
    MandateExpired,
    MandateSuperseded,
    WaiverGranted,
    LegalDocumentsRequired,
    LegalDocumentRecorded,
    MandateChangeProposed,
    MandateChangeApproved,
    MandateChangeWithdrawn,
    MandateChangedByBreakGlass,
)
