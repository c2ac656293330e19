"""What events of the other services, and of deployments itself, lead to here."""

from typing import Any

import pytest

from contracts import approvals, vacancies
from contracts.deployments import (
    CloseLine,
    MissionStatusRecorded,
    NotePresence,
    OpenLine,
    OrderReturn,
    PlanTour,
    RecordDocument,
    RecordMissionStatus,
    RecordUnitMou,
    RecordUnitVisit,
    RecordWaiver,
    RequireDocuments,
    TourRef,
    TourTransferred,
)
from contracts.words import Command, Decision, Event
from services.deployments.policies import POLICIES
from tests.spec import on_record
from tests.specs.deployments_events import IN_FORCE, OF, TERMS, D, arrived, departed, mou, opened, planned, visit

ACT = Decision(act_number="37-V", decided_on=D("2013-12-19"))
MANDATE: dict[str, Any] = {"mandate": "kz-2013"}
END: dict[str, Any] = {**MANDATE, "ends_on": D("2016-01-01"), "reason": "over", "lines": ("all",)}
WAIVER: dict[str, Any] = {
    **{**OF, "waiver": "w-1", "extra": 5, "valid_from": IN_FORCE, "valid_until": D("2014-06-01")},
    "legal_reference": "D/1",
}
NEEDS: dict[str, Any] = {**MANDATE, "mission": "UNIFIL", "kinds": ("mou",), "required_from": IN_FORCE}
PAPER: dict[str, Any] = {**MANDATE, "mission": "UNIFIL", "kind": "mou", "document": "MOU/1", "dated": IN_FORCE}
APPROVAL: dict[str, Any] = {
    **{**MANDATE, "contributor": "KAZ", "decision": ACT, "in_force_from": IN_FORCE, "lines": (TERMS,)}
}
OPEN = OpenLine(**dict(opened()))
CLOSE = CloseLine(**OF, ends_on=D("2016-01-01"), reason="over")


def commands(topic: str, event: Event) -> list[Command]:
    return list(POLICIES[topic](on_record(event)))


@pytest.mark.parametrize(
    ("event", "command"),
    [
        (approvals.MandateApproved(**APPROVAL), OPEN),
        (approvals.MandateAmended(**APPROVAL), OPEN),
        (approvals.MandateRevoked(**END, decision=ACT), CLOSE),
        (approvals.MandateExpired(**END), CLOSE),
        (approvals.MandateSuperseded(**END, superseded_by="kz-2018"), CLOSE),
        (approvals.WaiverGranted(**WAIVER), RecordWaiver(**WAIVER)),
        (approvals.LegalDocumentsRequired(**NEEDS, lines=("all",)), RequireDocuments(**NEEDS, line="all")),
        (approvals.LegalDocumentRecorded(**PAPER, lines=("all",)), RecordDocument(**PAPER, line="all")),
    ],
)
def test_what_parliament_decided_is_carried_to_its_lines(event: Event, command: Command) -> None:
    assert commands("approvals.events", event) == [command]


def test_a_rejection_leads_to_nothing() -> None:
    assert commands("approvals.events", approvals.MandateRejected(**MANDATE, decision=ACT)) == []


def test_an_accepted_nomination_becomes_a_tour_that_waits_for_its_consents() -> None:
    shared: dict[str, Any] = {
        **{**OF, "contributor": "KAZ", "mission": "MINURSO", "category": "military_observer", "person": "p-1"},
        **{"rank": "major", "post": "mo-1", "vacancy": "v-1", "nomination": "n-1"},
    }
    days: dict[str, Any] = {"handover_until": D("2014-07-08")}
    event = vacancies.NominationAccepted(
        **shared, **days, accepted_on=D("2014-06-01"), report_on=D("2014-07-01"), tour_until=D("2015-07-01")
    )
    plan = PlanTour(
        **shared,
        **days,
        tour="n-1",
        planned_from=D("2014-07-01"),
        planned_until=D("2015-07-01"),
        consents_required=("un_structure", "participating_state"),
    )
    assert commands("vacancies.events", event) == [plan]


def test_missions_and_units_are_carried_over() -> None:
    known = vacancies.MissionRecorded(
        mission="MINURSO", name="Mission for the Referendum", host_area="Western Sahara", established_on=IN_FORCE
    )
    active = RecordMissionStatus(
        mission="MINURSO", status="active", since=IN_FORCE, authority="MINURSO: Mission for the Referendum"
    )
    assert commands("vacancies.events", known) == [active]
    change: Any = {"mission": "MINURSO", "status": "drawdown", "since": IN_FORCE, "authority": "S/RES/1"}
    changed = vacancies.MissionStatusChanged(**change)
    assert commands("vacancies.events", changed) == [RecordMissionStatus(**change)]
    assert commands("vacancies.events", vacancies.MouSigned(**dict(mou()))) == [RecordUnitMou(**dict(mou()))]
    visited = vacancies.PredeploymentVisitRecorded(**dict(visit()))
    assert commands("vacancies.events", visited) == [RecordUnitVisit(**dict(visit()))]


def test_a_very_long_mission_name_still_makes_a_reference() -> None:
    known = vacancies.MissionRecorded(mission="MINURSO", name="x" * 900, host_area="", established_on=IN_FORCE)
    (command,) = commands("vacancies.events", known)
    assert isinstance(command, RecordMissionStatus)
    assert len(command.authority) == 200


def note(mission: str, day: str, present: bool) -> NotePresence:
    return NotePresence(mission=mission, **OF, tour="a", present=present, since=D(day))


def test_a_mission_notes_who_comes_and_who_leaves() -> None:
    assert commands("deployments.events", arrived("a")) == [note("MINURSO", "2014-07-01", True)]
    assert commands("deployments.events", departed("a", "2015-07-01")) == [note("MINURSO", "2015-07-01", False)]
    moved = TourTransferred(
        **OF, tour="a", to_mission="UNIFIL", transferred_on=D("2014-08-01"), reason="need", from_mission="MINURSO"
    )
    notes = [note("MINURSO", "2014-08-01", False), note("UNIFIL", "2014-08-01", True)]
    assert commands("deployments.events", moved) == notes


def test_a_closure_orders_home_whoever_is_there() -> None:
    there = (TourRef(**OF, tour="a"), TourRef(**OF, tour="b"))
    fields: Any = {"mission": "MINURSO", "since": D("2015-01-01"), "authority": "S/RES/1", "present": there}
    order: Any = {"mission": "MINURSO", "by": D("2015-01-01"), "authority": "S/RES/1"}
    closed = MissionStatusRecorded(**fields, status="closed")
    assert commands("deployments.events", closed) == [OrderReturn(**OF, tour=t, **order) for t in "ab"]
    assert commands("deployments.events", MissionStatusRecorded(**fields, status="drawdown")) == []


@pytest.mark.parametrize("topic", list(POLICIES))
def test_other_facts_lead_to_nothing(topic: str) -> None:
    assert commands(topic, planned("a")) == []
