"""Which States a command is about, as streams on record say: a sender who speaks for one State is held to them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from contracts import approvals, deployments, vacancies
from contracts.deployments import LineOpened
from contracts.words import Command, Event
from kernel.identity import permits
from kernel.identity.principal import Principal
from kernel.model.decider import AnyDecider, ReceivedCommand, RecordedEvent
from services.approvals import decider as of_approvals
from services.deployments import decider as of_deployments
from services.vacancies import decider as of_vacancies
from tests import peacekeepers as story

NOW = datetime(2024, 3, 12, tzinfo=UTC)
DAY = date(2024, 3, 12)
OF_NOMINATION: dict[str, Any] = {"vacancy": "v-1", "nomination": "n-1", "mandate": "kz-2013", "line": "observers"}


class Recorded(Mapping[str, object]):
    """The states of streams after some events; any other stream is as before its first."""

    def __init__(self, decider: AnyDecider, *events: Event) -> None:
        self._decider = decider
        self._states: dict[str, object] = {}
        for event in events:
            self._states[event.stream] = decider.evolve(self[event.stream], RecordedEvent(UUID(int=1), event, NOW))

    def __getitem__(self, stream: str) -> object:
        return self._states.get(stream) or self._decider.initial(stream)

    def __iter__(self) -> Iterator[str]:
        return iter(self._states)

    def __len__(self) -> int:
        return len(self._states)


def about(decider: Any, command: Command, *events: Event) -> set[str]:
    return set(decider.contributors(ReceivedCommand(command, "c", "urn:x", NOW), Recorded(decider, *events)))


@pytest.mark.parametrize(
    "command",
    [
        vacancies.RecordMission(mission="UNIFIL", name="x", host_area="Lebanon", established_on=DAY),
        vacancies.ChangeMissionStatus(mission="UNIFIL", status="closed", since=DAY, authority="S/RES/1"),
        vacancies.WithdrawVacancy(vacancy="v-1", ended_on=DAY, reason="x"),
        vacancies.LapseVacancy(vacancy="v-1", ended_on=DAY, reason="x"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_missions_and_vacancies_themselves_concern_every_state_and_are_not_for_who_speaks_of_one(
    command: Command,
) -> None:
    received: ReceivedCommand[Any] = ReceivedCommand(command, "c", "urn:x", NOW)
    assert of_vacancies.contributors(received, Recorded(of_vacancies, story.announced())) is None
    of_one, of_all = (Principal("api_key", "desk", contributors=states) for states in (frozenset({"KAZ"}), None))
    refused = permits.outside_scope(of_one, None)
    assert refused is not None
    assert (refused.rule, refused.field) == ("permit", "type")
    assert permits.outside_scope(of_all, None) is None


def test_a_mandate_is_that_of_the_state_that_proposed_it() -> None:
    reject = approvals.RejectMandate(mandate="kz-2013", decision=story.ACT)
    assert about(of_approvals, reject, story.proposed()) == {"KAZ"}
    assert about(of_approvals, reject) == set()


def test_a_tour_is_that_of_the_state_that_its_line_is_granted_to() -> None:
    arrival = deployments.RecordArrival(mandate="kz-2013", line="observers", tour="t-1", arrived_on=DAY)
    opened = LineOpened(
        mandate="kz-2013", line="observers", contributor="KAZ", terms=story.OBSERVERS, since=date(2014, 1, 1)
    )
    assert about(of_deployments, arrival, opened) == {"KAZ"}
    assert about(of_deployments, arrival) == set()


@pytest.mark.parametrize(
    ("command", "events"),
    [
        (vacancies.WithdrawApplication(application="nv-1", withdrawn_on=DAY, reason="x"), [story.submitted()]),
        (vacancies.PlaceInReserve(person="p-0001", since=DAY), [story.registered()]),
        (
            vacancies.NominateCandidate(**OF_NOMINATION, person="p-0001", nominated_on=DAY),
            [story.announced(), story.registered()],
        ),
        (
            vacancies.NominateUnit(**OF_NOMINATION, unit="kazbat", nominated_on=DAY),
            [story.announced(), story.pledged()],
        ),
        (
            vacancies.WithdrawNomination(vacancy="v-1", nomination="n-1", ended_on=DAY, reason="x"),
            [story.announced(), story.nominated()],
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_offers_people_units_and_nominations_are_those_of_their_state(command: Command, events: list[Event]) -> None:
    """Also where the command's own stream is a vacancy, which is the UN's."""
    assert about(of_vacancies, command, *events) == {"KAZ"}
    assert about(of_vacancies, command) == set()
