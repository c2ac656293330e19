"""Parliament in 2013 and 2022, as messages of the approvals service; votes only where the public record has them."""

from datetime import date
from uuid import UUID

from contracts import approvals
from contracts.examples.build import event_from
from contracts.words import Command, Decision, Event, LineTerms, SubCeiling

OBSERVERS = LineTerms(
    line="observers",
    missions=("MINURSO", "MINUSTAH", "UNOCI", "UNMIL"),
    categories=("military_observer",),
    ceiling=20,
    sub_ceilings=tuple(SubCeiling(mission=m, ceiling=5) for m in ("MINURSO", "MINUSTAH", "UNOCI", "UNMIL")),
    valid_from=date(2013, 12, 20),
)
CONTINGENT = LineTerms(
    line="contingent",
    missions=("MINUSCA", "MONUSCO", "MINUSMA", "UNIFIL"),
    categories=("infantry", "medical", "reconnaissance", "engineer", "military_police"),
    ceiling=430,
    qualifier="about",
    valid_from=date(2022, 7, 1),
)
VOTE_2013 = Decision(act_number="JS-2013-12-20", decided_on=date(2013, 12, 20), votes_for=151)
VOTE_2022 = Decision(act_number="JS-2022-06-30", decided_on=date(2022, 6, 30))

propose = approvals.ProposeMandate(
    mandate="kz-2013",
    contributor="KAZ",
    proposed_on=date(2013, 12, 2),
    proposed_by="President of the Republic",
    legal_basis="Constitution, article 53, subparagraph 5",
    area="Western Sahara, Haiti, Côte d'Ivoire, Liberia",
    tasks="Military observers, unarmed, by voluntary selection",
    rotation="Every twelve months",
    lines=(OBSERVERS,),
)
approve = approvals.ApproveMandate(mandate="kz-2013", decision=VOTE_2013, in_force_from=date(2013, 12, 20), version=1)
reject = approvals.RejectMandate(
    mandate="kz-2021-draft", decision=Decision(act_number="JS-2021-05", decided_on=date(2021, 5, 4))
)
withdraw = approvals.WithdrawProposal(
    mandate="kz-2012-draft", withdrawn_on=date(2012, 11, 5), reason="A law on peacekeeping is drafted first"
)
amend = approvals.AmendMandate(
    mandate="kz-2022", decision=VOTE_2022, in_force_from=date(2022, 7, 1), lines=(CONTINGENT,)
)
revoke = approvals.RevokeMandate(
    mandate="kz-2018", ends_on=date(2022, 7, 1), reason="The mission closed its sector", decision=VOTE_2022
)
expire = approvals.ExpireMandate(
    mandate="kz-2018", ends_on=date(2021, 6, 15), reason="The term of three years has run out"
)
supersede = approvals.SupersedeMandate(
    mandate="kz-2013", ends_on=date(2022, 7, 1), reason="Replaced by the decision of 2022", superseded_by="kz-2022"
)
waive = approvals.GrantWaiver(
    mandate="kz-2022",
    waiver="unifil-handover-2023",
    line="contingent",
    mission="UNIFIL",
    extra=6,
    valid_from=date(2023, 11, 1),
    valid_until=date(2023, 12, 1),
    legal_reference="Order 2023/418",
)
require = approvals.RequireLegalDocuments(
    mandate="kz-2022",
    mission="UNIFIL",
    kinds=("un_mandate", "memorandum", "status_of_forces", "national_order"),
    required_from=date(2022, 7, 1),
)
record = approvals.RecordLegalDocument(
    mandate="kz-2022",
    mission="UNIFIL",
    kind="memorandum",
    document="Memorandum KAZ-IND, August 2018",
    dated=date(2018, 8, 21),
    sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)
PROPOSAL = UUID("0f3a1d4e-7c43-5b0e-9d61-5a1c3c0e7b42")
approve_change = approvals.ApproveMandateChange(mandate="kz-2022", proposal=PROPOSAL, version=3)
withdraw_change = approvals.WithdrawMandateChange(
    mandate="kz-2022", proposal=PROPOSAL, reason="The line was to be the contingent's"
)
change_alone = approvals.ChangeMandateByBreakGlass(
    change=approvals.MandateChange(waiver=waive), reason="The relief leaves tonight, and nobody else is on duty"
)

COMMANDS: tuple[Command, ...] = (
    *(propose, approve, reject, withdraw, amend, revoke, expire, supersede),
    *(waive, require, record, approve_change, withdraw_change, change_alone),
)
EVENTS: tuple[Event, ...] = (
    event_from(approvals.MandateProposed, propose),
    event_from(approvals.MandateApproved, approve, contributor="KAZ", lines=(OBSERVERS,)),
    event_from(approvals.MandateRejected, reject),
    event_from(approvals.ProposalWithdrawn, withdraw),
    event_from(approvals.MandateAmended, amend, contributor="KAZ"),
    event_from(approvals.MandateRevoked, revoke, lines=("unifil-company",)),
    event_from(approvals.MandateExpired, expire, lines=("unifil-company",)),
    event_from(approvals.MandateSuperseded, supersede, lines=("observers",)),
    event_from(approvals.WaiverGranted, waive),
    event_from(approvals.LegalDocumentsRequired, require, lines=("contingent",)),
    event_from(approvals.LegalDocumentRecorded, record, lines=("contingent",)),
    approvals.MandateChangeProposed(
        change=approvals.MandateChange(amendment=amend), proposed_by="mfa-kz, peacekeeping-desk"
    ),
    event_from(approvals.MandateChangeApproved, approve_change),
    event_from(approvals.MandateChangeWithdrawn, withdraw_change),
    event_from(approvals.MandateChangedByBreakGlass, change_alone, changed_by="mfa-kz, peacekeeping-desk"),
)
