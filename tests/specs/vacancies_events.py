"""The events that stories of vacancies begin with: UNIFIL in 2014, five observers' posts, one captain."""

from datetime import date
from typing import Any

from contracts.vacancies import (
    CandidateNominated,
    CandidateRegistered,
    CandidateScreened,
    MandateLineRecorded,
    MissionRecorded,
    MissionStatusChanged,
    RuleSetAdopted,
    UnitNominated,
    UnitPledged,
    VacancyAnnounced,
)
from contracts.words import Event, LineTerms
from services.vacancies import decider
from tests.spec import Story, spec

ESTABLISHED = date(1978, 3, 19)
IN_FORCE = date(2014, 1, 1)
ANNOUNCED = date(2014, 3, 1)
NOMINATED = date(2014, 4, 1)
VALID_UNTIL = date(2015, 4, 1)
TERMS = LineTerms(
    line="all",
    missions=("UNIFIL", "MINURSO"),
    categories=("military_observer", "infantry"),
    ceiling=430,
    valid_from=IN_FORCE,
    valid_until=date(2020, 1, 1),
)

mission = MissionRecorded(mission="UNIFIL", name="Interim Force", host_area="Lebanon", established_on=ESTABLISHED)
drawdown = MissionStatusChanged(mission="UNIFIL", status="drawdown", since=date(2014, 3, 15), authority="S/RES/1")
line = MandateLineRecorded(mandate="kz-2013", line="all", contributor="KAZ", terms=TERMS, since=IN_FORCE)
rules = RuleSetAdopted(
    version="v1", in_force_from=IN_FORCE, authority="Ministry order 12", rank_min="captain", rank_max="colonel"
)
registered = CandidateRegistered(person="p-1", contributor="KAZ", rank="captain", registered_on=date(2014, 1, 10))
screened = CandidateScreened(
    person="p-1",
    screened_on=date(2014, 2, 1),
    un_course_until=date(2016, 1, 1),
    guiding_documents_until=date(2016, 1, 1),
    english_until=date(2016, 1, 1),
    driving_until=date(2016, 1, 1),
)
registered_too = registered.model_copy(update={"person": "p-2"})
pledged = UnitPledged(
    unit="inf-1",
    contributor="KAZ",
    category="infantry",
    headcount=120,
    pledged_on=date(2014, 1, 1),
    valid_until=date(2015, 1, 1),
)


def announced(**but: Any) -> VacancyAnnounced:
    """Two posts for observers in UNIFIL."""
    fields: dict[str, Any] = {
        "vacancy": "v-1",
        "mission": "UNIFIL",
        "category": "military_observer",
        "number": 2,
        "announced_on": ANNOUNCED,
        "deadline": date(2014, 5, 1),
    }
    return VacancyAnnounced(**(fields | but))


def announced_for_unit(**but: Any) -> VacancyAnnounced:
    """A requirement for an infantry unit of 150 in UNIFIL."""
    return announced(**({"category": "infantry", "number": 150} | but))


def nominated(**but: Any) -> CandidateNominated:
    fields: dict[str, Any] = {
        "vacancy": "v-1",
        "nomination": "n-1",
        "mandate": "kz-2013",
        "line": "all",
        "mission": "UNIFIL",
        "nominated_on": NOMINATED,
        "person": "p-1",
        "contributor": "KAZ",
        "category": "military_observer",
        "rank": "captain",
        "rule_set": "v1",
        "valid_until": VALID_UNTIL,
    }
    return CandidateNominated(**(fields | but))


def unit_nominated(**but: Any) -> UnitNominated:
    fields: dict[str, Any] = {
        "vacancy": "v-1",
        "nomination": "n-1",
        "mandate": "kz-2013",
        "line": "all",
        "mission": "UNIFIL",
        "nominated_on": NOMINATED,
        "unit": "inf-1",
        "contributor": "KAZ",
        "category": "infantry",
        "headcount": 120,
        "rule_set": "v1",
        "valid_until": VALID_UNTIL,
    }
    return UnitNominated(**(fields | but))


def given(*events: Event) -> Story:
    """Begin a story of vacancies."""
    return spec(decider).given(*events)


def given_ready(*events: Event) -> Story:
    """Everything that a nomination needs is on record, and then these."""
    return given(mission, line, rules, registered, screened, pledged, *events)
