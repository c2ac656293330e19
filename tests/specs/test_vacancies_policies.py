"""Other services' events become commands here: mandate lines and their ends, places that come free, bars."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from contracts.approvals import (
    MandateAmended,
    MandateApproved,
    MandateExpired,
    MandateProposed,
    MandateRevoked,
    MandateSuperseded,
)
from contracts.deployments import TourCancelled, TourDeparted, TourExtended
from contracts.vacancies import (
    BarCandidate,
    MandateLineEnded,
    RecordMandateLine,
    RecordMandateLineEnd,
    ReopenVacancy,
)
from contracts.words import Command, Decision, Event
from services.vacancies import decider
from services.vacancies.policies import POLICIES
from tests.spec import on_record, spec
from tests.specs.vacancies_events import IN_FORCE, TERMS, given, line, registered

VOTE = Decision(act_number="12-V", decided_on=date(2013, 12, 1))
OTHER = TERMS.model_copy(update={"line": "observers"})
END: dict[str, Any] = {"mandate": "kz-2013", "ends_on": date(2018, 1, 1), "reason": "r", "lines": ("all", "observers")}
TOUR: dict[str, Any] = {"mandate": "kz-2013", "line": "all", "tour": "t-1"}
DEPARTURE: dict[str, Any] = TOUR | {"departed_on": date(2015, 7, 1), "payer": "un", "mission": "UNIFIL"}
reopen = ReopenVacancy(vacancy="v-1", reopened_on=date(2015, 7, 1), tour="t-1", reason="Tour t-1 ended: rotation")
record = RecordMandateLine(mandate="kz-2013", line="all", contributor="KAZ", terms=TERMS, since=IN_FORCE)
end = RecordMandateLineEnd(mandate="kz-2013", line="all", ends_on=date(2018, 1, 1))


def on_approvals(event: Event) -> Sequence[Command]:
    return POLICIES["approvals.events"](on_record(event))


def on_deployments(event: Event) -> Sequence[Command]:
    return POLICIES["deployments.events"](on_record(event))


def test_an_approval_and_an_amendment_make_each_line_known() -> None:
    approved = MandateApproved(
        mandate="kz-2013", decision=VOTE, in_force_from=IN_FORCE, contributor="KAZ", lines=(TERMS, OTHER)
    )
    other = RecordMandateLine(mandate="kz-2013", line="observers", contributor="KAZ", terms=OTHER, since=IN_FORCE)
    assert on_approvals(approved) == [record, other]
    amended = MandateAmended(
        mandate="kz-2013", decision=VOTE, in_force_from=date(2016, 1, 1), contributor="KAZ", lines=(TERMS,)
    )
    assert on_approvals(amended) == [record.model_copy(update={"since": date(2016, 1, 1)})]


@pytest.mark.parametrize(
    "ended",
    [
        MandateRevoked(**END, decision=VOTE),
        MandateExpired(**END),
        MandateSuperseded(**END, superseded_by="kz-2022"),
    ],
)
def test_the_end_of_a_mandate_ends_each_line(ended: Event) -> None:
    assert on_approvals(ended) == [end, end.model_copy(update={"line": "observers"})]


def test_a_departure_opens_the_vacancy_again_unless_the_mission_closed() -> None:
    assert on_deployments(TourDeparted(**DEPARTURE, vacancy="v-1", reason="rotation")) == [reopen]
    assert not on_deployments(TourDeparted(**DEPARTURE, vacancy="v-1", reason="mission_closed"))
    assert not on_deployments(TourDeparted(**DEPARTURE, reason="rotation"))


def test_i12_a_disciplinary_departure_bars_the_person_and_opens_the_vacancy() -> None:
    both = on_deployments(TourDeparted(**DEPARTURE, vacancy="v-1", person="p-1", reason="discipline"))
    assert [type(command).__name__ for command in both] == ["ReopenVacancy", "BarCandidate"]
    (bar,) = on_deployments(TourDeparted(**DEPARTURE, person="p-1", reason="discipline"))
    assert bar == BarCandidate(
        person="p-1", since=date(2015, 7, 1), tour="t-1", reason="Repatriated from UNIFIL for discipline"
    )
    assert not on_deployments(TourDeparted(**DEPARTURE, unit="inf-1", reason="discipline"))


def test_a_cancelled_tour_opens_its_vacancy_again() -> None:
    (command,) = on_deployments(TourCancelled(**TOUR, cancelled_on=date(2015, 7, 1), vacancy="v-1", reason="no visa"))
    assert command == reopen.model_copy(update={"reason": "Tour t-1 was cancelled: no visa"})
    assert not on_deployments(TourCancelled(**TOUR, cancelled_on=date(2015, 7, 1), reason="no visa"))


def test_a_reopening_carries_even_the_longest_reason() -> None:
    assert on_deployments(TourCancelled(**TOUR, cancelled_on=IN_FORCE, vacancy="v-1", reason="x" * 4000))


def test_other_facts_lead_to_nothing_here() -> None:
    proposed = MandateProposed(
        mandate="kz-2013", contributor="KAZ", proposed_on=IN_FORCE, proposed_by="the President", lines=(TERMS,)
    )
    extended = TourExtended(**TOUR, until=IN_FORCE, old_until=IN_FORCE, decided_on=IN_FORCE, reason="r")
    assert not on_approvals(proposed)
    assert not on_deployments(extended)


def test_a_line_keeps_the_history_of_its_terms_and_a_repeat_says_nothing_new() -> None:
    given().when(record).then(line)
    given(line).when(record).then()
    assert given(line).when(record.model_copy(update={"since": date(2016, 1, 1)})).then_events()


def test_terms_that_come_back_on_the_same_day_hold_again() -> None:
    lower = line.model_copy(update={"terms": TERMS.model_copy(update={"ceiling": 1})})
    given(line, lower).when(record).then(line)


def test_a_lines_end_waits_for_the_line_and_a_repeat_says_nothing_new() -> None:
    ended = MandateLineEnded(mandate="kz-2013", line="all", ends_on=date(2018, 1, 1))
    given().when(end).then_pending("line/kz-2013/all")
    given(line).when(end).then(ended)
    given(line, ended).when(end).then()


def test_vacancies_claims_nothing_and_keeps_no_other_streams() -> None:
    assert decider.claims(on_record(registered), spec(decider).state("candidate/p-1")) == {}
    with pytest.raises(ValueError, match="contributor/KAZ"):
        decider.initial("contributor/KAZ")
    for kind in ("mission/A", "application/a", "vacancy/v", "candidate/p-1", "unit/u", "line/m/l", "rule-set/e"):
        with pytest.raises(TypeError, match="TourExtended"):
            decider.evolve(
                decider.initial(kind),
                on_record(TourExtended(**TOUR, until=IN_FORCE, old_until=IN_FORCE, decided_on=IN_FORCE, reason="r")),
            )
