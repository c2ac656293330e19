"""Whatever comes, in whatever order: places are never oversold, the barred stay barred, and every state folds."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts import vacancies as words
from contracts.words import UNIT_CATEGORIES, Command, Event
from kernel.model.decider import Pending, ReceivedCommand, Refusal, recorded_events
from services.vacancies import decider
from services.vacancies.decider import State
from services.vacancies.vacancy import Vacancy
from tests.properties import vacancies_commands as some
from tests.spec import A_DAY, on_record


class StreamStates(dict[str, State]):
    """Every stream of the service, as the shell gives it: one without events is at its beginning."""

    def __missing__(self, stream: str) -> State:
        return decider.initial(stream)


ENDINGS = (words.DeclineNomination, words.WithdrawNomination, words.LapseNomination)


class Vacancies(RuleBasedStateMachine):
    """Drives the decider as the shell would, and keeps its own plain count of what was recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[str, State] = {}
        self.recorded: list[Event] = []
        self.sent = 0
        self.barred: set[str] = set()
        self.open: dict[tuple[str, str], words.CandidateNominated | words.UnitNominated] = {}
        self.held: Counter[str] = Counter()
        self.numbers: dict[str, int] = {}

    def state(self, stream: str) -> State:
        return self.states.get(stream, decider.initial(stream))

    def handle(self, command: Command) -> None:
        self.sent += 1
        received: ReceivedCommand[Any] = ReceivedCommand(command, f"c-{self.sent}", "machine", A_DAY)
        decision = decider.decide(received, StreamStates(self.states))
        if isinstance(decision, Refusal):
            assert decision.reason.endswith("."), decision
        elif not isinstance(decision, Pending):
            for event in recorded_events(received, decision):
                assert event.data.stream == command.stream
                self.check(event.data)
                self.states[command.stream] = decider.evolve(self.state(command.stream), event)
                self.recorded.append(event.data)

    def check(self, event: Event) -> None:
        """Each event against what was recorded before it."""
        match event:
            case words.VacancyAnnounced():
                self.numbers[event.vacancy] = event.number
            case words.CandidateBarred():
                self.barred.add(event.person)
            case words.CandidateNominated() | words.UnitNominated():
                assert (event.vacancy, event.nomination) not in self.open
                assert not (isinstance(event, words.CandidateNominated) and event.person in self.barred)
                self.open[event.vacancy, event.nomination] = event
            case words.NominationAccepted():
                assert event.person not in self.barred
                self.check_acceptance(event)
            case words.NominationDeclined() | words.NominationWithdrawn() | words.NominationLapsed():
                self.open.pop((event.vacancy, event.nomination))
            case words.VacancyReopened():
                self.held[event.vacancy] -= event.number

    def check_acceptance(self, event: words.NominationAccepted) -> None:
        put_forward = self.open.pop((event.vacancy, event.nomination))
        assert put_forward.nominated_on <= event.accepted_on < put_forward.valid_until
        places = self.numbers[event.vacancy] if event.category in UNIT_CATEGORIES else 1
        assert event.headcount <= places
        self.held[event.vacancy] += places

    @initialize()
    def begin(self) -> None:
        for command in some.beginning():
            self.handle(command)

    @rule(
        vacancy=st.just("v-1") | some.vacancies,
        nomination=some.nominations,
        person=some.people,
        line=st.sampled_from(["all", "all", "late", "new"]),
        on=some.soon,
    )
    def nominate(self, vacancy: str, nomination: str, person: str, line: str, on: date) -> None:
        command = words.NominateCandidate(
            vacancy=vacancy,
            nomination=nomination,
            mandate="kz-2013",
            line=line,
            nominated_on=on,
            person=person,
        )
        self.handle(command)

    @rule(vacancy=st.just("v-2") | some.vacancies, nomination=some.nominations, unit=some.units, on=some.soon)
    def nominate_unit(self, vacancy: str, nomination: str, unit: str, on: date) -> None:
        command = words.NominateUnit(
            vacancy=vacancy,
            nomination=nomination,
            mandate="kz-2013",
            line="all",
            nominated_on=on,
            unit=unit,
        )
        self.handle(command)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), days_later=st.integers(-1, 60) | st.integers(100, 130))
    def accept(self, data: st.DataObject, days_later: int) -> None:
        vacancy, nomination = data.draw(st.sampled_from(sorted(self.open)))
        on = self.open[vacancy, nomination].nominated_on + timedelta(days=days_later)
        command = words.AcceptNomination(
            vacancy=vacancy,
            nomination=nomination,
            accepted_on=on,
            report_on=on + timedelta(days=60),
        )
        self.handle(command)
        self.handle(command.model_copy(update={"accepted_on": on + timedelta(days=1)}))  # a second answer takes nothing

    @precondition(lambda self: self.open)
    @rule(data=st.data(), ending=st.sampled_from(ENDINGS), on=some.days)
    def end_nomination(self, data: st.DataObject, ending: type[words.DeclineNomination], on: date) -> None:
        vacancy, nomination = data.draw(st.sampled_from(sorted(self.open)))
        self.handle(ending(vacancy=vacancy, nomination=nomination, ended_on=on, reason="r"))

    @rule(vacancy=some.vacancies, tour=st.none() | some.tours, on=some.days)
    def reopen(self, vacancy: str, tour: str | None, on: date) -> None:
        self.handle(words.ReopenVacancy(vacancy=vacancy, reopened_on=on, tour=tour, reason="rotation"))

    @rule(command=some.about_people | some.about_units)
    def nominees_change(self, command: Command) -> None:
        self.handle(command)

    @rule(command=some.about_the_frame | some.about_vacancies)
    def the_frame_changes(self, command: Command) -> None:
        self.handle(command)

    @invariant()
    def no_more_places_are_taken_than_there_are(self) -> None:
        for vacancy, number in self.numbers.items():
            own = self.state(f"vacancy/{vacancy}")
            assert isinstance(own, Vacancy)
            assert 0 <= own.taken == self.held[vacancy] <= own.places <= number

    @invariant()
    def a_vacancy_is_open_while_a_place_is(self) -> None:
        for own in self.states.values():
            if isinstance(own, Vacancy) and own.status in ("open", "filled"):
                assert (own.taken < own.places) == (own.status == "open")

    def teardown(self) -> None:
        """The states that grew event by event are those that a restart would fold."""
        again: dict[str, State] = {}
        for event in self.recorded:
            state = again.get(event.stream, decider.initial(event.stream))
            again[event.stream] = decider.evolve(state, on_record(event))
        assert again == self.states


TestVacancies = Vacancies.TestCase
TestVacancies.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)
