"""What waits for a second person, and what was done without one: as of a day, each with who and why."""

from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts import approvals, deployments
from contracts.words import Event
from tests import peacekeepers as story
from tests.integration.answering import given

D = date.fromisoformat
KZ = "kz-2013"
WAIVE = approvals.GrantWaiver(
    mandate=KZ,
    waiver="w-1",
    line="observers",
    extra=2,
    valid_from=D("2022-08-01"),
    valid_until=D("2022-09-01"),
    legal_reference="Order 1",
)
EXPIRE = approvals.ExpireMandate(mandate=KZ, ends_on=D("2023-01-01"), reason="its term ran out")
TOUR: dict[str, Any] = {"mandate": KZ, "line": "observers", "tour": "t-1"}
CORRECTION: dict[str, Any] = {
    **{**TOUR, "corrects": UUID(int=7), "field": "rank", "value": "captain"},
    **{"corrected_on": D("2022-07-01"), "reason": "log book"},
}
ARRIVED: list[Event] = [story.mission("MINURSO"), story.proposed(), story.approved(), story.planned(), story.arrived()]
TODAY = "2022-07-03"


def of_approvals(position: int) -> UUID:
    """The id of an event by its place in the log of approvals (`tests.projection_spec.history`)."""
    return uuid5(NAMESPACE_URL, f"approvals/{position}")


def proposed(command: Any) -> approvals.MandateChangeProposed:
    return approvals.MandateChangeProposed(change=approvals.MandateChange.of(command), proposed_by="mfa-kz, anna")


async def test_what_one_person_proposed_waits_until_another_has_decided(postgres_dsn: str) -> None:
    waiting: list[Event] = [proposed(WAIVE), proposed(EXPIRE)]
    waiting.append(deployments.CorrectionProposed(**CORRECTION, proposed_by="mfa-kz, anna"))
    settled: list[Event] = [
        approvals.MandateChangeApproved(mandate=KZ, proposal=of_approvals(3), version=3),
        approvals.WaiverGranted(**dict(WAIVE)),
    ]
    columns = ("what", "id", "version", "proposed_by", "days", "contributor")
    async with given(postgres_dsn, [*ARRIVED, *waiting, *settled]) as ask:
        rows = await ask.picked("awaiting-approval", *columns, as_of=TODAY)
        assert sorted(rows) == [
            ("correction", "kz-2013/observers/t-1", 3, "mfa-kz, anna", 2, "KAZ"),
            ("expiry", KZ, 4, "mfa-kz, anna", 2, "KAZ"),
        ]
        assert await ask.rows("awaiting-approval", as_of="2022-06-30") == []
        before = await ask.picked("awaiting-approval", "what", as_of=TODAY, as_known_at="2022-07-01T12:00:07Z")
        assert sorted(before) == [("correction",), ("expiry",), ("waiver",)]
        assert len(await ask.rows("awaiting-approval", as_of=TODAY, limit=1)) == 1


async def test_a_mandate_waits_for_its_approval_and_no_longer(postgres_dsn: str) -> None:
    async with given(postgres_dsn, [story.proposed()]) as ask:
        assert await ask.picked("awaiting-approval", "what", "id", "version", as_of=TODAY) == [("mandate", KZ, 1)]
    async with given(postgres_dsn, [story.proposed(), story.approved()]) as ask:
        assert await ask.rows("awaiting-approval", as_of=TODAY) == []


async def test_a_proposal_that_was_withdrawn_waits_no_longer(postgres_dsn: str) -> None:
    gone = approvals.MandateChangeWithdrawn(mandate=KZ, proposal=of_approvals(3), reason="wrong line")
    async with given(postgres_dsn, [*ARRIVED, proposed(WAIVE), gone]) as ask:
        assert await ask.rows("awaiting-approval", as_of=TODAY) == []


async def test_whoever_acted_alone_stands_in_the_report_with_the_reason(postgres_dsn: str) -> None:
    alone: list[Event] = [
        approvals.MandateChangedByBreakGlass(
            change=approvals.MandateChange.of(WAIVE), reason="the relief leaves tonight", changed_by="mfa-kz, anna"
        ),
        approvals.WaiverGranted(**dict(WAIVE)),
        deployments.TourCorrectedByBreakGlass(**CORRECTION, why_alone="the return closes", changed_by="mod-kz"),
    ]
    columns = ("what", "id", "changed_by", "why", "contributor", "times")
    async with given(postgres_dsn, [*ARRIVED, *alone]) as ask:
        assert await ask.picked("break-glass", *columns, as_of=TODAY) == [
            ("waiver", KZ, "mfa-kz, anna", "the relief leaves tonight", "KAZ", 1),
            ("correction", "kz-2013/observers/t-1", "mod-kz", "the return closes", "KAZ", 1),
        ]
        assert await ask.rows("break-glass", as_of="2022-06-30") == []
        assert len(await ask.rows("break-glass", as_of=TODAY, since="2022-07-02")) == 0
        assert len(await ask.rows("events-behind", as_of=TODAY, mandate=KZ)) >= 4
