"""Whatever is asked, in whatever order: places are never oversold, the barred stay barred, and every state folds."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts import vacancies as words
from contracts.words import UNIT_CATEGORIES, Command, Event, LineTerms
from kernel.decider import Asked, Fact, Pending, Refusal, State, facts_of
from services.vacancies import decider
from services.vacancies.vacancy import Vacancy
from tests.spec import A_DAY, fact

START = date(2014, 1, 1)
days = st.integers(0, 900).map(lambda count: START + timedelta(days=count))
near = st.integers(0, 60).map(lambda count: START + timedelta(days=count))
missions = st.sampled_from(["UNIFIL", "MINURSO"])
posts = st.sampled_from(["v-1", "v-2", "v-3"])
people = st.sampled_from(["p-1", "p-2", "p-3", "p-4"])
units = st.sampled_from(["u-1", "u-2"])
nominations = st.sampled_from([f"n-{count}" for count in range(8)])
categories = st.sampled_from(["military_observer", "staff_officer", "infantry"])
lines = st.sampled_from(["all", "observers"])
tours = st.none() | st.sampled_from(["t-1", "t-2", "t-3"])
SCREENED = ("un_course_until", "guiding_documents_until", "english_until", "driving_until")
ENDINGS = (words.DeclineNomination, words.WithdrawNomination, words.LapseNomination)


class Vacancies(RuleBasedStateMachine):
    """Drives the decider as the shell would, and keeps its own plain count of what was said."""

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[str, State] = {}
        self.said: list[Event] = []
        self.asked_count = 0
        self.barred: set[str] = set()
        self.open: dict[tuple[str, str], Event] = {}
        self.held: Counter[str] = Counter()
        self.numbers: dict[str, int] = {}

    def state(self, stream: str) -> State:
        return self.states.get(stream, decider.initial(stream))

    def ask(self, command: Command) -> None:
        self.asked_count += 1
        asked = Asked(command, f"c-{self.asked_count}", "machine", A_DAY)
        streams = (command.stream, *decider.reads(command))
        decision = decider.decide(asked, {stream: self.state(stream) for stream in streams})
        if isinstance(decision, Refusal):
            assert decision.reason.endswith("."), decision
        elif not isinstance(decision, Pending):
            for one in facts_of(asked, decision):
                self.record(one, command)

    def record(self, one: Fact, command: Command) -> None:
        assert one.data.stream == command.stream
        self.check(one.data)
        self.states[command.stream] = decider.evolve(self.state(command.stream), one)
        self.said.append(one.data)

    def check(self, event: Event) -> None:
        """Each event against what was said before it."""
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
                put_forward = self.open.pop((event.vacancy, event.nomination))
                assert isinstance(put_forward, words.CandidateNominated | words.UnitNominated)
                assert put_forward.nominated_on <= event.accepted_on < put_forward.valid_until
                whole = self.numbers[event.vacancy] if event.category in UNIT_CATEGORIES else 1
                assert event.headcount <= whole
                self.held[event.vacancy] += whole
            case words.NominationDeclined() | words.NominationWithdrawn() | words.NominationLapsed():
                self.open.pop((event.vacancy, event.nomination))
            case words.VacancyReopened():
                self.held[event.vacancy] -= event.number

    @initialize()
    def begin(self) -> None:
        """What nearly every story needs, so that the deep paths are reached."""
        self.ask(rule_set("v1"))
        for mission in ("UNIFIL", "MINURSO"):
            self.ask(words.RecordMission(mission=mission, name="a", host_area="b", established_on=START))
        self.ask(line_of("all", None))
        for person in ("p-1", "p-2", "p-3"):
            self.ask(words.RegisterCandidate(person=person, contributor="KAZ", rank="captain", registered_on=START))
            self.ask(screening(person, START, date(2015, 1, 1)))
        self.ask(pledge("u-1", 5, START))
        self.ask(vacancy("v-1", "UNIFIL", "military_observer", 2, None))
        self.ask(vacancy("v-2", "MINURSO", "infantry", 5, date(2014, 2, 1)))

    @rule(vacancy_id=posts, mission=missions, category=categories, number=st.integers(1, 3), deadline=st.none() | near)
    def announce(self, vacancy_id: str, mission: str, category: Any, number: int, deadline: date | None) -> None:
        self.ask(vacancy(vacancy_id, mission, category, number, deadline))

    @rule(vacancy_id=posts, nomination=nominations, person=people, mission=missions, line=lines, on=near)
    def nominate(self, vacancy_id: str, nomination: str, person: str, mission: str, line: str, on: date) -> None:
        self.ask(
            words.NominateCandidate(
                vacancy=vacancy_id,
                nomination=nomination,
                mandate="kz-2013",
                line=line,
                mission=self.mission_of(vacancy_id, mission),
                nominated_on=on,
                person=person,
            )
        )

    @rule(vacancy_id=posts, nomination=nominations, unit=units, mission=missions, on=near)
    def nominate_unit(self, vacancy_id: str, nomination: str, unit: str, mission: str, on: date) -> None:
        self.ask(
            words.NominateUnit(
                vacancy=vacancy_id,
                nomination=nomination,
                mandate="kz-2013",
                line="all",
                mission=self.mission_of(vacancy_id, mission),
                nominated_on=on,
                unit=unit,
            )
        )

    def mission_of(self, vacancy_id: str, otherwise: str) -> str:
        """Mostly the right one: a story that always fails at the same door finds nothing behind it."""
        own = self.state(f"vacancy/{vacancy_id}")
        return own.opening.mission if isinstance(own, Vacancy) and own.opening else otherwise

    @rule(data=st.data(), days_later=st.integers(-1, 400))
    def accept(self, data: st.DataObject, days_later: int) -> None:
        vacancy_id, nomination = self.some_nomination(data)
        on = START + timedelta(days=max(days_later, 0) + 30)
        self.ask(
            words.AcceptNomination(
                vacancy=vacancy_id,
                nomination=nomination,
                mission=self.mission_of(vacancy_id, "UNIFIL"),
                accepted_on=on,
                report_on=on + timedelta(days=60),
            )
        )

    @rule(data=st.data(), ending=st.sampled_from(ENDINGS), on=days)
    def end_nomination(self, data: st.DataObject, ending: Any, on: date) -> None:
        vacancy_id, nomination = self.some_nomination(data)
        self.ask(ending(vacancy=vacancy_id, nomination=nomination, ended_on=on, reason="r"))

    def some_nomination(self, data: st.DataObject) -> tuple[str, str]:
        return data.draw(st.sampled_from(sorted(self.open)) if self.open else st.tuples(posts, nominations))

    @rule(vacancy_id=posts, ending=st.sampled_from([words.WithdrawVacancy, words.LapseVacancy]), on=days)
    def end_vacancy(self, vacancy_id: str, ending: Any, on: date) -> None:
        self.ask(ending(vacancy=vacancy_id, ended_on=on, reason="r"))

    @rule(vacancy_id=posts, tour=tours, on=days)
    def reopen(self, vacancy_id: str, tour: str | None, on: date) -> None:
        self.ask(words.ReopenVacancy(vacancy=vacancy_id, reopened_on=on, tour=tour, reason="rotation"))

    @rule(mission=missions, status=st.sampled_from(["active", "drawdown", "closed"]), since=days)
    def change_mission(self, mission: str, status: Any, since: date) -> None:
        self.ask(words.ChangeMissionStatus(mission=mission, status=status, since=since, authority="S/RES/1"))

    @rule(person=people, tour=st.sampled_from(["t-1", "t-2"]), since=days)
    def bar(self, person: str, tour: str, since: date) -> None:
        self.ask(words.BarCandidate(person=person, since=since, tour=tour, reason="discipline"))

    @rule(person=people, on=days)
    def register(self, person: str, on: date) -> None:
        self.ask(words.RegisterCandidate(person=person, contributor="KAZ", rank="major", registered_on=on))

    @rule(person=people, on=days, until=st.none() | days)
    def screen(self, person: str, on: date, until: date | None) -> None:
        self.ask(screening(person, on, until))

    @rule(person=people, rank=st.sampled_from(["sergeant", "captain", "major_general"]), since=days)
    def promote(self, person: str, rank: Any, since: date) -> None:
        self.ask(words.RecordPromotion(person=person, rank=rank, since=since))

    @rule(person=people, on=days, withdraw=st.booleans())
    def reserve_or_withdraw(self, person: str, on: date, withdraw: bool) -> None:
        if withdraw:
            self.ask(words.WithdrawCandidate(person=person, withdrawn_on=on, reason="r"))
        else:
            self.ask(words.PlaceInReserve(person=person, since=on))

    @rule(unit=units, headcount=st.integers(1, 6), on=near)
    def pledge_unit(self, unit: str, headcount: int, on: date) -> None:
        self.ask(pledge(unit, headcount, on))

    @rule(unit=units, level=st.sampled_from(["L1", "L2", "L3"]), mission=missions, on=days)
    def assess_select_and_sign(self, unit: str, level: Any, mission: str, on: date) -> None:
        self.ask(words.RecordReadiness(unit=unit, level=level, assessed_on=on))
        self.ask(words.SelectUnit(unit=unit, mission=mission, selected_on=on))
        self.ask(words.SignMou(unit=unit, mission=mission, document="MOU/1", signed_on=on, strength=3))
        self.ask(words.RecordPredeploymentVisit(unit=unit, visited_on=on, passed=True))

    @rule(line=lines, until=st.none() | days)
    def record_line(self, line: str, until: date | None) -> None:
        self.ask(line_of(line, until if until != START else None))

    @rule(line=lines, on=days)
    def end_line(self, line: str, on: date) -> None:
        self.ask(words.RecordMandateLineEnd(mandate="kz-2013", line=line, ends_on=on))

    @rule(version=st.sampled_from(["v2", "v3"]), since=days)
    def adopt(self, version: str, since: date) -> None:
        self.ask(rule_set(version, since))

    @invariant()
    def no_more_places_are_taken_than_there_are(self) -> None:
        for vacancy_id, number in self.numbers.items():
            assert 0 <= self.held[vacancy_id] <= number
            own = self.state(f"vacancy/{vacancy_id}")
            assert isinstance(own, Vacancy)
            assert own.taken == self.held[vacancy_id]
            assert own.taken <= own.places <= number

    @invariant()
    def an_open_vacancy_has_an_open_place(self) -> None:
        for own in self.states.values():
            if isinstance(own, Vacancy) and own.status == "open":
                assert own.taken < own.places

    def teardown(self) -> None:
        """The states that grew event by event are those that a restart would fold."""
        folded: dict[str, State] = {}
        for event in self.said:
            state = folded.get(event.stream, decider.initial(event.stream))
            folded[event.stream] = decider.evolve(state, fact(event))
        assert folded == self.states


def vacancy(vacancy_id: str, mission: str, category: Any, number: int, deadline: date | None) -> Command:
    return words.AnnounceVacancy(
        vacancy=vacancy_id,
        mission=mission,
        category=category,
        number=number,
        announced_on=START,
        deadline=deadline,
    )


def screening(person: str, on: date, until: date | None) -> Command:
    return words.RecordScreening(person=person, screened_on=on, **dict.fromkeys(SCREENED, until))


def pledge(unit: str, headcount: int, on: date) -> Command:
    return words.PledgeUnit(
        unit=unit,
        contributor="KAZ",
        category="infantry",
        headcount=headcount,
        pledged_on=on,
        valid_until=on + timedelta(days=200),
    )


def line_of(line: str, until: date | None) -> Command:
    terms = LineTerms(
        line=line,
        missions=("UNIFIL", "MINURSO"),
        categories=("military_observer", "infantry") if line == "all" else ("military_observer",),
        ceiling=100,
        valid_from=START,
        valid_until=until,
    )
    return words.RecordMandateLine(mandate="kz-2013", line=line, contributor="KAZ", terms=terms, since=START)


def rule_set(version: str, since: date = START) -> Command:
    return words.AdoptRuleSet(
        version=version,
        in_force_from=since,
        authority="Ministry order 12",
        rank_min="captain",
        rank_max="colonel",
        nomination_valid_days=120,
    )


TestVacancies = Vacancies.TestCase
TestVacancies.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
