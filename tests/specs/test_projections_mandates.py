"""Mandates as the views show them: their life, their lines with every version of their terms, their legal framework."""

from datetime import date

from contracts import approvals
from contracts.words import Decision, Event
from tests import peacekeepers as story
from tests.projection_spec import projected

VOTE = Decision(act_number="40-V", decided_on=date(2015, 12, 1))
WHEN = {"mandate": "kz-2013", "decision": VOTE, "in_force_from": date(2016, 1, 1)}


def test_a_proposal_is_shown_before_anything_is_decided() -> None:
    views = projected(story.proposed())
    mandate = views.row("mandates", "kz-2013")
    assert (mandate.status, mandate.in_force_from, mandate.act_number) == ("proposed", None, None)
    assert views.rows("mandate_lines") == []


def test_an_approval_opens_the_lines_with_their_terms() -> None:
    views = projected(story.proposed(), story.approved())
    mandate = views.row("mandates", "kz-2013")
    assert (mandate.status, mandate.act_number, mandate.votes_for) == ("approved", "37-V", 151)
    assert [line.id for line in views.rows("mandate_lines")] == ["kz-2013/company", "kz-2013/observers"]
    assert views.row("line_terms", "kz-2013/observers", 2).ceiling == 20
    assert views.row("sub_ceilings", "kz-2013/observers", 2, "MINURSO").ceiling == 5


def test_an_amendment_adds_terms_and_keeps_the_old_ones() -> None:
    more = story.OBSERVERS.model_copy(update={"ceiling": 40, "sub_ceilings": ()})
    amended = approvals.MandateAmended.model_validate({**WHEN, "contributor": "KAZ", "lines": (more,)})
    views = projected(story.proposed(), story.approved(), amended)
    terms = [(t.version, t.ceiling) for t in views.rows("line_terms") if t.line == "kz-2013/observers"]
    assert terms == [(2, 20), (3, 40)]
    assert views.row("mandates", "kz-2013").act_number == "37-V"
    assert views.row("mandate_lines", "kz-2013/observers").since == date(2014, 1, 1)


def test_a_rejected_or_withdrawn_proposal_says_when_it_ended() -> None:
    rejected = approvals.MandateRejected(mandate="kz-2013", decision=VOTE)
    assert projected(story.proposed(), rejected).row("mandates", "kz-2013").status == "rejected"
    withdrawn = approvals.ProposalWithdrawn(mandate="kz-2013", withdrawn_on=date(2013, 12, 5), reason="changed")
    mandate = projected(story.proposed(), withdrawn).row("mandates", "kz-2013")
    assert (mandate.status, mandate.ends_on, mandate.end_reason) == ("withdrawn", date(2013, 12, 5), "changed")


def test_the_end_of_a_mandate_ends_its_lines() -> None:
    end = {"mandate": "kz-2013", "ends_on": date(2022, 7, 1), "reason": "new act", "lines": ("observers", "company")}
    ends: dict[str, Event] = {
        "superseded": approvals.MandateSuperseded.model_validate({**end, "superseded_by": "kz-2022"}),
        "revoked": approvals.MandateRevoked.model_validate({**end, "decision": VOTE}),
        "expired": approvals.MandateExpired.model_validate(end),
    }
    for status, event in ends.items():
        views = projected(story.proposed(), story.approved(), event)
        assert views.row("mandates", "kz-2013").status == status
        assert {line.ends_on for line in views.rows("mandate_lines")} == {date(2022, 7, 1)}
        assert views.row("mandates", "kz-2013").superseded_by == ("kz-2022" if status == "superseded" else None)


def test_a_waiver_names_its_line_and_its_legal_reference() -> None:
    waiver = approvals.WaiverGranted(
        mandate="kz-2013",
        waiver="handover",
        line="observers",
        extra=2,
        valid_from=date(2014, 6, 1),
        valid_until=date(2014, 7, 1),
        legal_reference="order 12",
    )
    row = projected(story.proposed(), story.approved(), waiver).row("waivers", "kz-2013", "handover")
    assert (row.line, row.extra, row.legal_reference) == ("kz-2013/observers", 2, "order 12")


def test_the_legal_framework_keeps_what_is_required_and_what_is_on_record() -> None:
    views = projected(story.proposed(), story.approved(), story.required(), story.document())
    assert views.row("legal_requirements", "kz-2013", "MINURSO", 3).kinds == ("un_mandate", "status_of_forces")
    assert views.row("legal_documents", "kz-2013", "MINURSO", "un_mandate", "S/RES/690").dated == date(1991, 4, 29)
