"""The steps of a person or a unit: registered, nominated, accepted, cleared, present, home.

A row holds the days that matter. The steps in between follow from them by the fixed intervals named here, and are
reconstruction, whatever the row's own basis. Only arrival and departure carry the row's basis.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, TypedDict

from cli.demo.framework import CONTRIBUTOR
from cli.demo.steps import Step
from cli.demo.tables import RECONSTRUCTION, Row, day, rows
from contracts import deployments, vacancies
from contracts.words import Command, ConsentKind

SCREENING_HOLDS: Final = timedelta(days=730)
SCREENED_AGAIN_BEFORE: Final = timedelta(days=14)
"""How long before a nomination an otherwise expired screening is repeated."""
REOPENED_BEFORE: Final = timedelta(days=7)
"""How long before the successor's nomination a place is reopened."""
UN_CONSENT_AFTER: Final = timedelta(days=7)
STATES_CONSENT_AFTER: Final = timedelta(days=14)
SCHEDULED_AFTER: Final = timedelta(days=21)
PLEDGE_HOLDS: Final = timedelta(days=365)


class PutForward(TypedDict):
    """A nomination: for which vacancy, on which line, when."""

    vacancy: str
    nomination: str
    mandate: str
    line: str
    nominated_on: date


class TourKey(TypedDict):
    """The key of a tour."""

    mandate: str
    line: str
    tour: str


def steps() -> Iterator[Step]:
    """The steps of every officer and every unit, place by place in the order in which they took it."""
    last: dict[str, str] = {}
    for row in rows("officers"):
        yield from _candidate(row)
        yield from _nomination(row, row["person"], last)
        yield from _tour(row, row["tour"], row["vacancy"].partition("-")[0].upper())
    for row in rows("units"):
        yield from _unit(row)
        yield from _nomination(row, row["unit"], last)
        yield from _tour(row, row["unit"], "UNIFIL")
    for row in rows("moved_dates"):
        yield _moved(row)


def _worked_out(row: Row, on: date, command: Command, about: str) -> Step:
    return Step(on, command, about, RECONSTRUCTION, row["source"])


def _candidate(row: Row) -> Iterator[Step]:
    person, registered, nominated = row["person"], day(row["registered_on"]), day(row["nominated_on"])
    facts = {"person": person, "contributor": CONTRIBUTOR, "rank": row["rank"], "registered_on": registered}
    yield _worked_out(row, registered, vacancies.RegisterCandidate.model_validate(facts), person)
    yield _screening(row, registered)
    yield _worked_out(row, registered, vacancies.PlaceInReserve(person=person, since=registered), person)
    if registered + SCREENING_HOLDS <= nominated:
        yield _screening(row, nominated - SCREENED_AGAIN_BEFORE)


def _screening(row: Row, on: date) -> Step:
    until = on + SCREENING_HOLDS
    screened = dict.fromkeys(("un_course_until", "guiding_documents_until", "english_until", "driving_until"), until)
    command = vacancies.RecordScreening(person=row["person"], screened_on=on, **screened)
    return _worked_out(row, on, command, row["person"])


def _nomination(row: Row, nominee: str, last: dict[str, str]) -> Iterator[Step]:
    """The nomination for the place, which is first reopened if somebody holds it."""
    vacancy, nominated = row["vacancy"], day(row["nominated_on"])
    tour = row.get("tour", nominee)
    if vacancy in last:
        on, reason = nominated - REOPENED_BEFORE, f"Rotation: {last[vacancy]} is to be relieved"
        reopened = vacancies.ReopenVacancy(vacancy=vacancy, reopened_on=on, tour=last[vacancy], reason=reason)
        yield _worked_out(row, on, reopened, tour)
    last[vacancy] = tour
    mandate, _, line = row["line"].partition("/")
    place = PutForward(vacancy=vacancy, nomination=tour, mandate=mandate, line=line, nominated_on=nominated)
    if "person" in row:
        yield _worked_out(row, nominated, vacancies.NominateCandidate(**place, person=nominee), tour)
    else:
        yield _worked_out(row, nominated, vacancies.NominateUnit(**place, unit=nominee), tour)
    if row["accepted_on"]:
        accepted, reports = day(row["accepted_on"]), day(row["report_on"])
        acceptance = vacancies.AcceptNomination(
            vacancy=vacancy, nomination=tour, accepted_on=accepted, report_on=reports
        )
        yield _worked_out(row, accepted, acceptance, tour)


def _unit(row: Row) -> Iterator[Step]:
    unit, pledged, headcount = row["unit"], day(row["pledged_on"]), int(row["headcount"])
    pledge = vacancies.PledgeUnit(
        unit=unit,
        contributor=CONTRIBUTOR,
        category="infantry",
        headcount=headcount,
        pledged_on=pledged,
        valid_until=pledged + PLEDGE_HOLDS,
    )
    assessed, selected = day(row["assessed_on"]), day(row["selected_on"])
    signed, visited = day(row["memorandum_on"]), day(row["visited_on"])
    memorandum = vacancies.SignMou(
        unit=unit,
        mission="UNIFIL",
        document="Memorandum with India on joint deployment, August 2018",
        signed_on=signed,
        strength=headcount,
        framework_nation="IND",
    )
    readiness = {"unit": unit, "level": row["level"], "assessed_on": assessed}
    commands: tuple[tuple[date, Command], ...] = (
        (pledged, pledge),
        (assessed, vacancies.RecordReadiness.model_validate(readiness)),
        (selected, vacancies.SelectUnit(unit=unit, mission="UNIFIL", selected_on=selected)),
        (signed, memorandum),
        (visited, vacancies.RecordPredeploymentVisit(unit=unit, visited_on=visited, passed=True)),
    )
    yield from (_worked_out(row, on, command, unit) for on, command in commands)


def _tour(row: Row, tour: str, mission: str) -> Iterator[Step]:
    """The steps from acceptance on; a person who has not arrived has one consent and waits for the others."""
    if not row["accepted_on"]:
        return
    mandate, _, line = row["line"].partition("/")
    of = TourKey(mandate=mandate, line=line, tour=tour)
    accepted = day(row["accepted_on"])
    yield _consent(row, of, "un_structure", "UN Secretariat", accepted + UN_CONSENT_AFTER)
    if not row["arrived_on"]:
        return
    yield _consent(row, of, "participating_state", f"States in {mission}", accepted + STATES_CONSENT_AFTER)
    if "unit" in row:
        yield _consent(row, of, "framework_nation", "India", accepted + STATES_CONSENT_AFTER)
    yield _schedule(row, of, accepted + SCHEDULED_AFTER, 6 if "unit" in row else 12)
    yield from _arrival(row, of)
    if row["departed_on"]:
        left = day(row["departed_on"])
        home = deployments.RecordDeparture(**of, departed_on=left, reason="rotation", payer="un")
        yield Step(left, home, tour, row["basis"], row["source"])


def _arrival(row: Row, of: TourKey) -> Iterator[Step]:
    """The arrival, which may have been entered late, or on the wrong day and then put right by two people."""
    late = next((one for one in rows("late_entries") if one["tour"] == of["tour"]), None)
    wrong = next((one for one in rows("corrections") if one["tour"] == of["tour"]), None)
    arrived = day(wrong["entered"] if wrong else row["arrived_on"])
    arrival = deployments.RecordArrival(**of, arrived_on=arrived)
    entered = day(late["entered_on"]) if late else None
    step = Step(arrived, arrival, of["tour"], row["basis"], row["source"], entered)
    yield step
    if wrong:
        corrected, approved = day(wrong["corrected_on"]), day(wrong["approved_on"])
        correction = deployments.CorrectTour(
            **of,
            corrects=step.event,
            field="arrived_on",
            value=day(wrong["right"]),
            corrected_on=corrected,
            reason=wrong["reason"],
        )
        proposal = Step(corrected, correction, of["tour"], wrong["basis"], wrong["source"])
        yield proposal
        approval = deployments.ApproveCorrection(**of, proposal=proposal.event, version=1)
        yield Step(approved, approval, of["tour"], wrong["basis"], wrong["source"])


def _consent(row: Row, of: TourKey, kind: ConsentKind, given_by: str, on: date) -> Step:
    document = f"Consent to {of['tour']}"
    command = deployments.RecordConsent(**of, kind=kind, given_by=given_by, document=document, given_on=on)
    return _worked_out(row, on, command, f"{of['tour']}-{kind}")


def _schedule(row: Row, of: TourKey, on: date, months: int) -> Step:
    begins = day(row["report_on"])
    command = deployments.ScheduleTour(
        **of,
        arrives_on=begins,
        departs_on=_months_after(begins, months),
        decided_by="UN and Ministry of Defence",
        decided_on=on,
    )
    return _worked_out(row, on, command, of["tour"])


def _moved(row: Row) -> Step:
    mandate, _, line = row["line"].partition("/")
    on, until = day(row["decided_on"]), day(row["departs_on"])
    of = TourKey(mandate=mandate, line=line, tour=row["tour"])
    if row["kind"] == "extended":
        longer = deployments.ExtendTour(**of, decided_on=on, until=until, reason=row["reason"])
        return Step(on, longer, row["tour"], row["basis"], row["source"])
    arrives = day(row["arrives_on"])
    moved = deployments.ScheduleTour(
        **of,
        arrives_on=arrives,
        departs_on=until,
        decided_by=row["decided_by"],
        decided_on=on,
        reason=row["reason"],
    )
    return Step(on, moved, row["tour"], row["basis"], row["source"])


def _months_after(day: date, months: int) -> date:
    """The same day `months` calendar months later; the month's last day if that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
