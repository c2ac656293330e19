"""A candidate is registered, screened, promoted, reserved and withdrawn; a bar is never lost (I12)."""

from datetime import date
from typing import Any

import pytest

from contracts.vacancies import (
    BarCandidate,
    CandidateBarred,
    CandidatePlacedInReserve,
    CandidatePromoted,
    CandidateWithdrawn,
    PlaceInReserve,
    RecordPromotion,
    RecordScreening,
    RegisterCandidate,
    WithdrawCandidate,
)
from contracts.words import Command
from services.vacancies.candidate import Candidate
from tests.specs.vacancies_events import given, registered, screened

BAR: dict[str, Any] = {"person": "p-1", "since": date(2014, 6, 1), "tour": "t-1", "reason": "discipline"}
withdraw = WithdrawCandidate(person="p-1", withdrawn_on=date(2014, 5, 1), reason="left the service")
withdrawn = CandidateWithdrawn(person="p-1", withdrawn_on=date(2014, 5, 1), reason="left the service")
screen = RecordScreening(**dict(screened))
promote = RecordPromotion(person="p-1", rank="major", since=date(2014, 3, 1))
reserve = PlaceInReserve(person="p-1", since=date(2014, 2, 10))
reserved = CandidatePlacedInReserve(person="p-1", since=date(2014, 2, 10))


def test_a_candidate_is_registered_once() -> None:
    given().when(RegisterCandidate(**dict(registered))).then(registered)
    given(registered).when(RegisterCandidate(**dict(registered))).then_refused("duplicate", "2014-01-10")


def test_a_candidate_is_screened_reserved_promoted_and_withdrawn() -> None:
    given(registered).when(screen).then(screened)
    given(registered, screened).when(reserve).then(reserved)
    given(registered).when(promote).then(CandidatePromoted(person="p-1", rank="major", since=date(2014, 3, 1)))
    given(registered).when(withdraw).then(withdrawn)


@pytest.mark.parametrize("command", [screen, promote, reserve, withdraw])
def test_nothing_happens_to_somebody_unknown_or_withdrawn(command: Command) -> None:
    given().when(command).then_refused("unknown", "p-1")
    given(registered, screened, withdrawn).when(command).then_refused("lifecycle", "2014-05-01")


def test_only_a_screened_candidate_enters_the_reserve_and_only_once() -> None:
    given(registered).when(reserve).then_refused("lifecycle", "screened")
    given(registered, screened, reserved).when(reserve).then_refused("duplicate", "2014-02-10")


def test_a_promotion_brings_another_rank_and_is_not_dated_before_the_registration() -> None:
    same = RecordPromotion(person="p-1", rank="captain", since=date(2014, 3, 1))
    given(registered).when(same).then_refused("lifecycle", "captain", "rank")
    early = RecordPromotion(person="p-1", rank="major", since=date(2014, 1, 9))
    given(registered).when(early).then_refused("lifecycle", "2014-01-09", "since")


def test_rank_is_known_by_date() -> None:
    promoted = CandidatePromoted(person="p-1", rank="major", since=date(2014, 3, 1))
    state = given(registered, promoted).state("candidate/p-1")
    assert isinstance(state, Candidate)
    assert [state.ranks.on(date(2014, month, 15)) for month in (1, 2, 3)] == ["captain", "captain", "major"]
    assert state.ranks.on(date(2013, 1, 1)) is None


def test_i12_a_bar_is_recorded_even_for_somebody_unknown_and_stays_after_the_registration() -> None:
    given().when(BarCandidate(**BAR)).then(CandidateBarred(**BAR))
    state = given(CandidateBarred(**BAR), registered).state("candidate/p-1")
    assert isinstance(state, Candidate)
    assert [bar.tour for bar in state.bars] == ["t-1"]


def test_i12_the_same_tour_bars_once_and_another_tour_again() -> None:
    given(registered, CandidateBarred(**BAR)).when(BarCandidate(**BAR)).then()
    another = BAR | {"tour": "t-2"}
    given(registered, CandidateBarred(**BAR)).when(BarCandidate(**another)).then(CandidateBarred(**another))
    given(registered, withdrawn).when(BarCandidate(**BAR)).then(CandidateBarred(**BAR))
