"""Commands of vacancies, drawn from a world small enough that they meet: three vacancies, four people."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from contracts import vacancies as words
from contracts.words import Command, LineTerms

START = date(2014, 1, 1)
SCREENED = ("un_course_until", "guiding_documents_until", "english_until", "driving_until")

days = st.integers(0, 900).map(lambda count: START + timedelta(days=count))
soon = st.integers(0, 40).map(lambda count: START + timedelta(days=count))
missions = st.sampled_from(["UNIFIL", "MINURSO"])
vacancies = st.sampled_from(["v-1", "v-2", "v-3"])
people = st.sampled_from(["p-1", "p-2", "p-3", "p-4"])
units = st.sampled_from(["u-1", "u-2"])
nominations = st.integers(0, 30).map(lambda count: f"n-{count}")
tours = st.sampled_from(["t-1", "t-2", "t-3"])
ranks: st.SearchStrategy[Any] = st.sampled_from(["sergeant", "captain", "major", "major_general"])


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


def line(name: str, valid_until: date | None) -> Command:
    terms = LineTerms(
        line=name,
        missions=("UNIFIL", "MINURSO"),
        categories=("military_observer", "infantry"),
        ceiling=100,
        valid_from=START,
        valid_until=valid_until,
    )
    return words.RecordMandateLine(mandate="kz-2013", line=name, contributor="KAZ", terms=terms, since=START)


def rule_set(version: str, since: date) -> Command:
    return words.AdoptRuleSet(
        version=version,
        in_force_from=since,
        authority="Ministry order 12",
        rank_min="captain",
        rank_max="colonel",
        nomination_valid_days=120,
    )


def beginning() -> list[Command]:
    """What nearly every story needs, so that the deep paths are reached."""
    some = ("p-1", "p-2", "p-3")
    return [
        rule_set("v1", START),
        *(
            words.RecordMission(mission=mission, name="a", host_area="b", established_on=START)
            for mission in ("UNIFIL", "MINURSO")
        ),
        line("all", None),
        line("late", date(2014, 1, 15)),
        *(words.RegisterCandidate(person=one, contributor="KAZ", rank="captain", registered_on=START) for one in some),
        *(screening(one, START, date(2015, 1, 1)) for one in some),
        pledge("u-1", 5, START),
        vacancy("v-1", "UNIFIL", "military_observer", 2, None),
        vacancy("v-2", "MINURSO", "infantry", 5, date(2014, 2, 1)),
    ]


about_people: st.SearchStrategy[Command] = st.one_of(
    st.builds(words.RegisterCandidate, person=people, contributor=st.just("KAZ"), rank=ranks, registered_on=days),
    st.builds(screening, people, days, days | st.none()),
    st.builds(words.RecordPromotion, person=people, rank=ranks, since=days),
    st.builds(words.PlaceInReserve, person=people, since=days),
    st.builds(words.WithdrawCandidate, person=people, withdrawn_on=days, reason=st.just("r")),
    st.builds(words.BarCandidate, person=people, since=days, tour=tours, reason=st.just("discipline")),
)
about_units: st.SearchStrategy[Command] = st.one_of(
    st.builds(pledge, units, st.integers(1, 6), soon),
    st.builds(words.RecordReadiness, unit=units, level=st.sampled_from(["L1", "L2", "L3"]), assessed_on=soon),
    st.builds(words.SelectUnit, unit=units, mission=missions, selected_on=days),
    st.builds(
        words.SignMou,
        unit=units,
        mission=missions,
        document=st.just("MOU/1"),
        signed_on=days,
        strength=st.integers(1, 6),
    ),
    st.builds(words.RecordPredeploymentVisit, unit=units, visited_on=days, passed=st.booleans()),
)
about_the_frame: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        words.ChangeMissionStatus,
        mission=missions,
        status=st.sampled_from(["active", "drawdown", "closed"]),
        since=days,
        authority=st.just("S/RES/1"),
    ),
    st.builds(line, st.sampled_from(["all", "late", "new"]), st.none() | days.filter(lambda day: day > START)),
    st.builds(
        words.RecordMandateLineEnd,
        mandate=st.just("kz-2013"),
        line=st.sampled_from(["late", "all", "never-heard-of"]),
        ends_on=days,
    ),
    st.builds(rule_set, st.sampled_from(["v2", "v3"]), days),
)
about_vacancies: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        vacancy,
        vacancies,
        missions,
        st.sampled_from(["military_observer", "staff_officer", "infantry"]),
        st.integers(1, 3),
        st.none() | soon,
    ),
    st.builds(words.LapseVacancy, vacancy=vacancies, ended_on=days, reason=st.just("r")),
    st.builds(words.WithdrawVacancy, vacancy=vacancies, ended_on=days, reason=st.just("r")),
)
