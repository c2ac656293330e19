"""Health that sees: each way in which a process can stand still is reported, and nothing that moves is."""

import itertools
import time

import asyncpg
import pytest

from kernel.runtime.health import Health

PLACE = ("approvals.commands", 1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock, to be set."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_loop_that_waits_while_work_waits_is_not_healthy(clock: list[float]) -> None:
    health = Health(30)
    health.measured("approvals", 0, 10, 0.0)
    clock[0] += 100
    health.measured("approvals", 5, 10, 0.0)
    assert health.problems() == []
    for _ in range(20):
        clock[0] += 2
        health.measured("approvals", 5, 10, 40.0)
    assert health.problems() == ["approvals has 5 records to read and made no progress for 40 s"]
    health.measured("approvals", 4, 11, 40.0)
    assert health.problems() == []


def test_one_piece_of_work_that_does_not_end_is_reported_and_an_end_takes_it_back(clock: list[float]) -> None:
    health = Health(30)
    with health.working("commands over HTTP"):
        clock[0] += 31
        assert health.problems() == ["commands over HTTP has been at one piece of work for 31 s"]
    assert health.problems() == []


def test_a_fault_is_reported_with_its_kind_its_place_and_since_when_and_never_with_its_message(
    clock: list[float],
) -> None:
    health = Health(30)
    for _ in range(3):
        clock[0] += 10
        health.failed("approvals", asyncpg.CannotConnectNowError("p-0007"), stands="approvals.commands/2 at 17")
    assert health.problems() == ["approvals fails for 20 s, approvals.commands/2 at 17: CannotConnectNowError (57P03)"]
    health.beat("approvals")
    assert health.problems() == []


@pytest.mark.parametrize(
    ("stated_s", "age_s"), [(0.0, 10.0), (15.0, 15.0), (56 * 365 * 86_400.0, 30.0), (-3_600.0, 10.0)]
)
def test_an_age_is_what_the_record_states_within_what_was_seen(
    clock: list[float], stated_s: float, age_s: float
) -> None:
    health = Health(30)
    for end in (7, 8, 9):
        health.ended({PLACE: end})
        clock[0] += 20
    clock[0] -= 10
    assert health.there_for_s(PLACE, 8, stated_s) == age_s


def test_a_record_from_before_the_process_began_is_as_old_as_it_states(clock: list[float]) -> None:
    health = Health(30)
    health.ended({PLACE: 9})
    assert health.there_for_s(PLACE, 3, 500.0) == 500.0


def test_the_ends_that_are_remembered_are_bounded(clock: list[float]) -> None:
    health = Health(30)
    for end in itertools.islice(itertools.count(), 5_000):
        health.ended({PLACE: end})
    assert len(health._ends[PLACE]) <= 1_000
