"""A small made-up history for the reporting service's tests: one mandate, two missions, observers and one company."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from contracts import approvals, deployments, vacancies
from contracts.words import ConsentKind, Decision, LineTerms, MissionStatus, SubCeiling

D = date.fromisoformat
ACT = Decision(act_number="37-V", decided_on=D("2013-12-19"), votes_for=151)
OBSERVERS = LineTerms(
    line="observers",
    missions=("MINURSO", "UNOCI"),
    categories=("military_observer", "staff_officer"),
    ceiling=20,
    sub_ceilings=(SubCeiling(mission="MINURSO", ceiling=5),),
    valid_from=D("2014-01-01"),
)
COMPANY = LineTerms(
    line="company",
    missions=("UNIFIL",),
    categories=("infantry",),
    ceiling=120,
    qualifier="about",
    valid_from=D("2014-01-01"),
)
LINES = (OBSERVERS, COMPANY)


def proposed(mandate: str = "kz-2013", **more: Any) -> approvals.MandateProposed:
    data: dict[str, Any] = {
        "contributor": "KAZ",
        "proposed_on": D("2013-12-01"),
        "proposed_by": "the President",
        "lines": LINES,
    }
    return approvals.MandateProposed(mandate=mandate, **{**data, **more})


def approved(mandate: str = "kz-2013", **more: Any) -> approvals.MandateApproved:
    data: dict[str, Any] = {"contributor": "KAZ", "decision": ACT, "in_force_from": D("2014-01-01"), "lines": LINES}
    return approvals.MandateApproved(mandate=mandate, **{**data, **more})


def mission(acronym: str, host_area: str = "Western Sahara") -> vacancies.MissionRecorded:
    day = D("1991-04-29")
    return vacancies.MissionRecorded(mission=acronym, name=acronym, host_area=host_area, established_on=day)


def submitted(application: str = "nv-1", **more: Any) -> vacancies.ApplicationSubmitted:
    data: dict[str, Any] = {
        **{"contributor": "KAZ", "mandate": "kz-2013", "categories": ("military_observer",), "number": 20},
        **{"note_verbale": "NV/2014/031", "submitted_on": D("2014-03-10")},
    }
    return vacancies.ApplicationSubmitted(application=application, **{**data, **more})


def announced(vacancy: str = "v-1", **more: Any) -> vacancies.VacancyAnnounced:
    data: dict[str, Any] = {"mission": "MINURSO", "category": "military_observer", "number": 1}
    return vacancies.VacancyAnnounced(vacancy=vacancy, **{**data, "announced_on": D("2014-04-01"), **more})


def nominated(nomination: str = "n-1", **more: Any) -> vacancies.CandidateNominated:
    data: dict[str, Any] = {
        **{"vacancy": "v-1", "mandate": "kz-2013", "line": "observers", "nominated_on": D("2014-04-10")},
        **{"person": "p-0001", "contributor": "KAZ", "mission": "MINURSO", "category": "military_observer"},
        **{"rank": "captain", "rule_set": "v1", "valid_until": D("2015-04-10")},
    }
    return vacancies.CandidateNominated(nomination=nomination, **{**data, **more})


def accepted(nomination: str = "n-1", **more: Any) -> vacancies.NominationAccepted:
    data: dict[str, Any] = {
        **{"vacancy": "v-1", "mandate": "kz-2013", "line": "observers", "accepted_on": D("2014-05-01")},
        **{"report_on": D("2014-07-01"), "person": "p-0001", "rank": "captain", "contributor": "KAZ"},
        **{"mission": "MINURSO", "category": "military_observer", "tour_until": D("2015-07-01")},
    }
    return vacancies.NominationAccepted(nomination=nomination, **{**data, **more})


def _tour(tour: str, line: str = "observers", mandate: str = "kz-2013") -> dict[str, Any]:
    return {"mandate": mandate, "line": line, "tour": tour}


def planned(tour: str = "t-1", **more: Any) -> deployments.TourPlanned:
    data: dict[str, Any] = {
        **{"contributor": "KAZ", "mission": "MINURSO", "category": "military_observer", "person": "p-0001"},
        **{"rank": "captain", "planned_from": D("2014-07-01"), "planned_until": D("2015-07-01")},
        **{"consents_required": ("host_state", "un_structure")},
    }
    return deployments.TourPlanned(**{**_tour(tour), **data, **more})


def company(tour: str = "u-1", people: int = 100, **more: Any) -> deployments.TourPlanned:
    data: dict[str, Any] = {
        **{"contributor": "KAZ", "mission": "UNIFIL", "category": "infantry", "unit": "kazbat", "headcount": people},
        **{"planned_from": D("2014-10-01"), "planned_until": D("2015-04-01")},
    }
    return deployments.TourPlanned(**_tour(tour, "company"), **{**data, **more})


def consented(
    tour: str = "t-1", kind: ConsentKind = "host_state", day: str = "2014-06-01"
) -> deployments.ConsentRecorded:
    given: dict[str, Any] = {"given_by": "the host", "document": "NV/7", "given_on": D(day)}
    return deployments.ConsentRecorded(**_tour(tour), kind=kind, **given)


def scheduled(tour: str = "t-1", arrives: str = "2014-07-01", departs: str = "2015-07-01") -> deployments.TourScheduled:
    dates: dict[str, Any] = {"arrives_on": D(arrives), "departs_on": D(departs), "decided_on": D("2014-06-02")}
    return deployments.TourScheduled(**_tour(tour), **dates, decided_by="the ministry")


def rescheduled(tour: str = "t-1", arrives: str = "2014-08-01") -> deployments.TourRescheduled:
    dates: dict[str, Any] = {
        **{"arrives_on": D(arrives), "departs_on": D("2015-08-01"), "decided_on": D("2014-06-20")},
        **{"old_arrives_on": D("2014-07-01"), "old_departs_on": D("2015-07-01")},
    }
    return deployments.TourRescheduled(**_tour(tour), **dates, decided_by="UN", reason="visa")


def arrived(tour: str = "t-1", day: str = "2014-07-01", **more: Any) -> deployments.TourArrived:
    data: dict[str, Any] = {"headcount": 1, "mission": "MINURSO", "category": "military_observer"}
    line, mandate = more.pop("line", "observers"), more.pop("mandate", "kz-2013")
    return deployments.TourArrived(**_tour(tour, line, mandate), arrived_on=D(day), **{**data, **more})


def company_arrived(tour: str = "u-1", day: str = "2014-10-01", people: int = 100) -> deployments.TourArrived:
    return arrived(tour, day, line="company", headcount=people, mission="UNIFIL", category="infantry")


def transferred(tour: str = "t-1", day: str = "2015-01-01", to: str = "UNOCI") -> deployments.TourTransferred:
    facts: dict[str, Any] = {"transferred_on": D(day), "to_mission": to, "from_mission": "MINURSO", "reason": "need"}
    return deployments.TourTransferred(**_tour(tour), **facts)


def departed(tour: str = "t-1", day: str = "2015-07-01", **more: Any) -> deployments.TourDeparted:
    data: dict[str, Any] = {"mission": "MINURSO", "reason": "end_of_tour", "payer": "un"}
    line = more.pop("line", "observers")
    return deployments.TourDeparted(**_tour(tour, line), departed_on=D(day), **{**data, **more})


def counted(total: int, month: str = "2014-07-31", published: str = "2014-08-10") -> deployments.StrengthReturnRecorded:
    return deployments.StrengthReturnRecorded(
        contributor="KAZ",
        as_of=D(month),
        contributor_as_published="Kazakhstan",
        mission="MINURSO",
        personnel_type="experts_on_mission",
        total=total,
        published_at=datetime.combine(D(published), time(), UTC),
        source="UN DPO",
    )


def required(mission: str = "MINURSO") -> approvals.LegalDocumentsRequired:
    facts: dict[str, Any] = {"kinds": ("un_mandate", "status_of_forces"), "lines": ("observers",)}
    return approvals.LegalDocumentsRequired(mandate="kz-2013", mission=mission, required_from=D("2014-01-01"), **facts)


def document(mission: str = "MINURSO") -> approvals.LegalDocumentRecorded:
    facts: dict[str, Any] = {"kind": "un_mandate", "document": "S/RES/690", "lines": ("observers",)}
    return approvals.LegalDocumentRecorded(mandate="kz-2013", mission=mission, dated=D("1991-04-29"), **facts)


def registered(person: str = "p-0001", **more: Any) -> vacancies.CandidateRegistered:
    data: dict[str, Any] = {"contributor": "KAZ", "rank": "captain", "registered_on": D("2014-02-01")}
    return vacancies.CandidateRegistered(person=person, **{**data, **more})


def pledged(unit: str = "kazbat", **more: Any) -> vacancies.UnitPledged:
    data: dict[str, Any] = {"contributor": "KAZ", "category": "infantry", "headcount": 120}
    days = {"pledged_on": D("2014-02-01"), "valid_until": D("2016-02-01")}
    return vacancies.UnitPledged(unit=unit, **{**data, **days, **more})


def mission_change(mission: str, status: MissionStatus, day: str = "2014-06-01") -> vacancies.MissionStatusChanged:
    return vacancies.MissionStatusChanged(mission=mission, status=status, since=D(day), authority="S/RES/2000")


def acknowledged(application: str = "nv-1") -> vacancies.ApplicationAcknowledged:
    facts: dict[str, Any] = {"reference": "UN/1", "acknowledged_on": D("2014-03-20")}
    return vacancies.ApplicationAcknowledged(application=application, **facts)


def barred(person: str = "p-0001") -> vacancies.CandidateBarred:
    return vacancies.CandidateBarred(person=person, since=D("2015-02-01"), tour="t-1", reason="discipline")


def corrected(
    corrects: UUID, tour: str = "t-1", line: str = "observers", mandate: str = "kz-2013", **fault: Any
) -> deployments.TourCorrected:
    ((field, value),) = fault.items()
    facts: dict[str, Any] = {"field": field, "value": value, "corrected_on": D("2014-07-15"), "reason": "a slip"}
    return deployments.TourCorrected(**_tour(tour, line, mandate), corrects=corrects, **facts)


def mission_status(mission: str) -> deployments.MissionStatusRecorded:
    return deployments.MissionStatusRecorded(mission=mission, status="active", since=D("2014-01-01"), authority="S/1")


def extended(tour: str = "t-1", until: str = "2015-10-01") -> deployments.TourExtended:
    facts: dict[str, Any] = {"until": D(until), "decided_on": D("2015-05-01"), "reason": "no relief"}
    return deployments.TourExtended(**_tour(tour), old_until=D("2015-07-01"), **facts)
