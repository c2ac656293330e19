"""What an approved mandate carries: waivers, the legal framework of its operations, and the end of another mandate."""

import pytest

from contracts.approvals import (
    GrantWaiver,
    LegalDocumentRecorded,
    LegalDocumentsRequired,
    MandateAmended,
    RecordLegalDocument,
    RequireLegalDocuments,
    SupersedeMandate,
    WaiverGranted,
)
from contracts.deployments import OrderReturn
from contracts.words import Command
from kernel.model.decider import Claim, ReceivedCommand
from services.approvals import decider
from services.approvals.policies import POLICIES
from tests.spec import A_DAY, on_record
from tests.specs.approvals_events import (
    AMEND,
    APPROVE,
    APPROVED,
    COVERED,
    EXPIRED,
    KZ,
    NEEDS,
    PAPER,
    PROPOSED,
    WAIVER,
    D,
    approved,
    proposed,
)


def test_a_waiver_is_granted_for_a_line_once() -> None:
    granted = WaiverGranted(**WAIVER)
    approved().when(GrantWaiver(**WAIVER)).then(granted)
    approved().given(granted).when(GrantWaiver(**WAIVER)).then_refused("duplicate", "w-1")
    approved().when(GrantWaiver(**WAIVER, mission="UNOCI")).then(WaiverGranted(**WAIVER, mission="UNOCI"))


def test_a_waiver_names_a_line_and_mission_of_the_mandate_and_a_period() -> None:
    approved().when(GrantWaiver(**{**WAIVER, "line": "company"})).then_refused("unknown", "company", "observers")
    approved().when(GrantWaiver(**WAIVER, mission="UNIFIL")).then_refused("unknown", "UNIFIL", "MINURSO, UNOCI")
    never = GrantWaiver(**{**WAIVER, "valid_until": D("2014-02-01")})
    approved().when(never).then_refused("I1", "2014-02-01", "valid_until")


REQUIRED = LegalDocumentsRequired(**NEEDS, lines=COVERED)
RECORDED = LegalDocumentRecorded(**PAPER, lines=COVERED)


def test_the_legal_framework_reaches_the_lines_that_cover_the_mission() -> None:
    approved().when(RequireLegalDocuments(**NEEDS)).then(REQUIRED)
    approved().when(RecordLegalDocument(**PAPER)).then(RECORDED)


def test_the_legal_framework_is_recorded_once_and_only_for_missions_of_the_mandate() -> None:
    story = approved().given(REQUIRED, RECORDED)
    story.when(RequireLegalDocuments(**NEEDS)).then_refused("duplicate", "MINURSO")
    story.when(RecordLegalDocument(**PAPER)).then_refused("duplicate", "MOU/1")
    story.when(RequireLegalDocuments(**{**NEEDS, "mission": "UNIFIL"})).then_refused("unknown", "UNIFIL")
    story.when(RecordLegalDocument(**{**PAPER, "mission": "UNIFIL"})).then_refused("unknown", "UNIFIL")


def test_a_line_that_newly_covers_an_operation_gets_its_legal_framework() -> None:
    story = approved().given(REQUIRED, RECORDED)
    new = {"lines": ("company",)}
    carried = (REQUIRED.model_copy(update=new), RECORDED.model_copy(update=new))
    amended = MandateAmended(**dict(AMEND), contributor="KAZ")
    story.when(AMEND).then(amended, *carried)
    later = story.given(amended, *carried)
    later.when(RecordLegalDocument(**PAPER)).then_refused("duplicate", "MOU/1")
    later.when(AMEND).then(amended)


@pytest.mark.parametrize(
    "command", [GrantWaiver(**WAIVER), RequireLegalDocuments(**NEEDS), RecordLegalDocument(**PAPER)]
)
def test_waivers_and_documents_need_an_approved_mandate(command: Command) -> None:
    proposed().when(command).then_refused("lifecycle", "proposed")
    approved().given(EXPIRED).when(command).then_refused("lifecycle", "expired")


def test_an_approval_that_supersedes_ends_the_other_mandate_on_its_first_day() -> None:
    policy = POLICIES["approvals.events"]
    later = APPROVED.model_copy(update={"mandate": "kz-2018", "supersedes": "kz-2013"})
    reason = "Superseded by mandate kz-2018 (act 37-V)."
    command = SupersedeMandate(mandate="kz-2013", ends_on=D("2014-01-01"), superseded_by="kz-2018", reason=reason)
    assert policy(on_record(later)) == [command]
    assert policy(on_record(APPROVED)) == []
    assert policy(on_record(PROPOSED)) == []


def test_a_mandate_claims_nothing() -> None:
    assert decider.claims(on_record(PROPOSED), proposed().state("mandate/kz-2013")) == {}
    command = ReceivedCommand(APPROVE, "c-1", "spec", A_DAY)
    with pytest.raises(TypeError, match="makes no claims"):
        decider.claimed(command, Claim("person", "p-1", D("2014-01-01"), None), "line/a/b/c")


def test_a_foreign_stream_or_command_is_an_error() -> None:
    with pytest.raises(ValueError, match="keeps no stream"):
        decider.initial("line/kz-2013/all")
    foreign = OrderReturn(**KZ, line="all", tour="a", mission="MINURSO", by=D("2015-01-01"), authority="S/RES/1")
    with pytest.raises(AssertionError, match="OrderReturn"):
        approved().when(foreign)
