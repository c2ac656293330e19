"""An observer's tour in Western Sahara and a company in Lebanon, as messages of the deployments service."""

from datetime import UTC, date, datetime
from uuid import UUID

from contracts import deployments
from contracts.examples.approvals import CONTINGENT
from contracts.examples.build import event_from
from contracts.words import Command, Event

_LINE = {"mandate": "kz-2022", "line": "contingent"}
_TOUR = {"mandate": "kz-2013", "line": "observers", "tour": "t-2014-07"}

open_ = deployments.OpenLine(
    mandate="kz-2022", line="contingent", contributor="KAZ", terms=CONTINGENT, since=date(2022, 7, 1)
)
close = deployments.CloseLine(
    mandate="kz-2013", line="observers", ends_on=date(2022, 7, 1), reason="Replaced by the decision of 2022"
)
waive = deployments.RecordWaiver.model_validate(
    _LINE
    | {
        "waiver": "unifil-handover-2023",
        "mission": "UNIFIL",
        "extra": 6,
        "valid_from": date(2023, 11, 1),
        "valid_until": date(2023, 12, 1),
        "legal_reference": "Order 2023/418",
    }
)
require = deployments.RequireDocuments(
    mandate="kz-2022",
    line="contingent",
    mission="UNIFIL",
    kinds=("un_mandate", "memorandum", "status_of_forces", "national_order"),
    required_from=date(2022, 7, 1),
)
document = deployments.RecordDocument(
    mandate="kz-2022",
    line="contingent",
    mission="UNIFIL",
    kind="memorandum",
    document="Memorandum KAZ-IND, August 2018",
    dated=date(2018, 8, 21),
)
plan = deployments.PlanTour(
    mandate="kz-2013",
    line="observers",
    tour="t-2014-07",
    contributor="KAZ",
    mission="MINURSO",
    category="military_observer",
    person="p-0007",
    rank="major",
    planned_from=date(2014, 7, 10),
    planned_until=date(2015, 7, 10),
    post="milob-07",
    handover_until=date(2014, 7, 17),
    consents_required=("un_structure", "host_state"),
    vacancy="minurso-milob-07",
    nomination="n-2014-07",
)
consent = deployments.RecordConsent.model_validate(
    _TOUR
    | {
        "kind": "un_structure",
        "given_by": "Office of Military Affairs",
        "document": "DPKO/OMA/2014/77",
        "given_on": date(2014, 6, 18),
        "valid_until": date(2015, 6, 18),
    }
)
_dates = {"arrives_on": date(2014, 7, 10), "departs_on": date(2015, 7, 10), "decided_by": "Office of Military Affairs"}
schedule = deployments.ScheduleTour.model_validate(_TOUR | _dates | {"decided_on": date(2014, 6, 20)})
reschedule = deployments.ScheduleTour.model_validate(
    _TOUR
    | _dates
    | {"arrives_on": date(2014, 7, 17), "reason": "The flight of the mission moved", "decided_on": date(2014, 7, 1)}
)
arrive = deployments.RecordArrival.model_validate(_TOUR | {"arrived_on": date(2014, 7, 17)})
extend = deployments.ExtendTour.model_validate(
    _TOUR
    | {"until": date(2015, 8, 10), "decided_on": date(2015, 6, 1), "reason": "The replacement arrives a month later"}
)
transfer = deployments.TransferTour.model_validate(
    _TOUR | {"to_mission": "UNOCI", "transferred_on": date(2015, 2, 1), "reason": "The mission asked for an observer"}
)
depart = deployments.RecordDeparture.model_validate(
    _TOUR | {"departed_on": date(2015, 8, 10), "reason": "end_of_tour", "payer": "un"}
)
cancel = deployments.CancelTour.model_validate(
    _TOUR | {"cancelled_on": date(2014, 7, 3), "reason": "The clearance expired"}
)
correct = deployments.CorrectTour.model_validate(
    _TOUR
    | {
        "corrects": UUID("5f0c8a52-92f0-5c0e-a1a9-1c9c0b3f2d11"),
        "field": "arrived_on",
        "value": date(2014, 7, 16),
        "corrected_on": date(2014, 8, 2),
        "reason": "The mission's arrival report says the 16th",
    }
)
PROPOSAL = UUID("7d0c8a1e-2f5b-5c44-8a8e-3f1c9c0b6e21")
approve_correction = deployments.ApproveCorrection.model_validate(_TOUR | {"proposal": PROPOSAL, "version": 12})
withdraw_correction = deployments.WithdrawCorrection.model_validate(
    _TOUR | {"proposal": PROPOSAL, "reason": "The report was of another officer"}
)
correct_alone = deployments.CorrectTourByBreakGlass(
    **dict(correct), why_alone="The monthly return closes today, and nobody else is on duty"
)
order = deployments.OrderReturn(
    mandate="kz-2022",
    line="contingent",
    tour="t-2023-04",
    mission="MINUSMA",
    by=date(2023, 12, 31),
    authority="S/RES/2690 (2023)",
)
mission_status = deployments.RecordMissionStatus(
    mission="MINUSMA", status="drawdown", since=date(2023, 6, 30), authority="S/RES/2690 (2023)"
)
presence = deployments.NotePresence.model_validate(
    _TOUR | {"mission": "MINURSO", "present": True, "since": date(2014, 7, 17)}
)
mou = deployments.RecordUnitMou(
    unit="kazcoy-11",
    contributor="KAZ",
    mission="UNIFIL",
    document="Memorandum KAZ-IND, August 2018",
    signed_on=date(2018, 8, 21),
    strength=120,
)
visit = deployments.RecordUnitVisit(unit="kazcoy-11", contributor="KAZ", visited_on=date(2023, 9, 12), passed=True)
strength = deployments.RecordStrengthReturn(
    contributor="KAZ",
    as_of=date(2021, 1, 31),
    contributor_as_published="Kazakhstan",
    mission="UNIFIL",
    personnel_type="troops",
    male=119,
    female=1,
    total=120,
    published_at=datetime(2021, 2, 15, 12, tzinfo=UTC),
    source="UN, Contribution of Uniformed Personnel, January 2021",
)
statement = deployments.RecordOfficialStatement(
    contributor="KAZ",
    statement="mod-2022-06-30-minurso",
    as_of=date(2022, 6, 30),
    measure="present",
    missions=("MINURSO",),
    categories=("military_observer", "staff_officer"),
    value=6,
    source="Joint sitting of parliament, 30 June 2022",
)

COMMANDS: tuple[Command, ...] = (
    *(open_, close, waive, require, document),
    *(plan, consent, schedule, arrive, extend, transfer, depart, cancel, correct, order),
    *(mission_status, presence, mou, visit, strength, statement),
    *(approve_correction, withdraw_correction, correct_alone),
)
EVENTS: tuple[Event, ...] = (
    event_from(deployments.LineOpened, open_),
    event_from(deployments.LineAmended, open_),
    event_from(deployments.LineClosed, close),
    event_from(deployments.WaiverRecorded, waive),
    event_from(deployments.DocumentsRequired, require),
    event_from(deployments.DocumentRecorded, document),
    event_from(deployments.TourPlanned, plan),
    event_from(deployments.ConsentRecorded, consent),
    event_from(deployments.TourScheduled, schedule),
    event_from(
        deployments.TourRescheduled, reschedule, old_arrives_on=schedule.arrives_on, old_departs_on=schedule.departs_on
    ),
    event_from(deployments.TourArrived, arrive, mission="MINURSO", headcount=1, category="military_observer"),
    event_from(deployments.TourExtended, extend, old_until=date(2015, 7, 10)),
    event_from(deployments.TourTransferred, transfer, from_mission="MINURSO"),
    event_from(deployments.TourDeparted, depart, mission="MINURSO", person="p-0007", vacancy="minurso-milob-07"),
    event_from(deployments.TourCancelled, cancel, vacancy="minurso-milob-07"),
    event_from(deployments.TourCorrected, correct, old_value=date(2014, 7, 17)),
    event_from(deployments.ReturnOrdered, order),
    event_from(
        deployments.MissionStatusRecorded, mission_status, present=(deployments.TourRef(**_LINE, tour="t-2023-04"),)
    ),
    event_from(deployments.PresenceNoted, presence),
    event_from(deployments.UnitMouRecorded, mou),
    event_from(deployments.UnitVisitRecorded, visit),
    event_from(deployments.StrengthReturnRecorded, strength),
    event_from(deployments.OfficialStatementRecorded, statement),
    event_from(deployments.CorrectionProposed, correct, proposed_by="mfa-kz, peacekeeping-desk"),
    event_from(deployments.CorrectionApproved, approve_correction),
    event_from(deployments.CorrectionWithdrawn, withdraw_correction),
    event_from(deployments.TourCorrectedByBreakGlass, correct_alone, changed_by="mfa-kz, peacekeeping-desk"),
)
