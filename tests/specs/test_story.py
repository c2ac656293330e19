"""The story of 2013-2024: every command is accepted, the public numbers come out, and each rule refuses its example."""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pytest

from cli.demo import tables
from cli.demo.steps import Step
from cli.demo.story import chapters
from contracts.approvals import MandateApproved
from contracts.deployments import OfficialStatementRecorded
from tests.stories import AS_OF, Stay, StoryRun, run_story, stays, try_refusals

IN_2024 = date(2024, 1, 19)
SINCE_2014 = date(2014, 1, 1)


@pytest.fixture(scope="module")
def story() -> StoryRun:
    return run_story()


def test_every_command_of_the_story_is_accepted(story: StoryRun) -> None:
    assert [a for a in story.answers if a.status != "accepted"] == []
    assert len(story.answers) > len(list(_steps())) > 600


def test_nothing_is_left_waiting(story: StoryRun) -> None:
    assert [list(service.waiting()) for service in story.system.services.values()] == [[], [], []]


@pytest.mark.parametrize("seed", range(5))
def test_streams_of_a_wave_may_overtake_one_another(seed: int, story: StoryRun) -> None:
    shuffled = run_story(Random(seed))  # noqa: S311  (an order, not a secret)
    assert [a for a in shuffled.answers if a.status != "accepted"] == []
    assert {fact.id for fact in shuffled.system.facts()} == {fact.id for fact in story.system.facts()}


def test_ids_are_unique_and_every_step_names_its_public_source() -> None:
    steps, known = list(_steps()), tables.sources()
    assert len({step.id for step in steps}) == len(steps) < 1_200
    assert {step.source for step in steps} <= set(known)
    assert {step.basis for step in steps} == {tables.PUBLIC_RECORD, tables.RECONSTRUCTION, tables.EXAMPLE}
    assert all(row["url"].startswith("https://") for row in known.values())


def test_six_are_in_western_sahara_and_nine_in_lebanon(story: StoryRun) -> None:
    there = _present(story, AS_OF)
    assert _people(s for s in there if s.mission == "MINURSO") == 6
    assert _people(s for s in there if s.mission == "UNIFIL") == 9
    assert _people(there) == 15


def test_forty_five_officers_since_2014(story: StoryRun) -> None:
    officers = {s.who for s in stays(story.system) if not s.is_unit and SINCE_2014 <= s.arrived_on <= AS_OF}
    assert len(officers) == 45
    assert len({s.who for s in stays(story.system) if not s.is_unit and s.arrived_on <= IN_2024}) == 67


def test_who_was_where_when_parliament_voted_in_2024(story: StoryRun) -> None:
    there = _present(story, IN_2024)
    missions = {s.mission for s in there}
    counted = {mission: _people(s for s in there if s.mission == mission) for mission in missions}
    assert counted == {"MINURSO": 6, "MINUSCA": 2, "MONUSCO": 2, "UNIFIL": 9}


def test_those_who_are_there_today_are_as_many_as_in_2022(story: StoryRun) -> None:
    there = _present(story, date(2026, 1, 1))
    assert {s.mission: _people(t for t in there if t.mission == s.mission) for s in there} == {
        "MINURSO": 6,
        "UNIFIL": 9,
    }


def test_520_people_of_units_through_unifil_since_2018(story: StoryRun) -> None:
    units = [s for s in stays(story.system) if s.is_unit and s.mission == "UNIFIL"]
    assert _people(s for s in units if s.arrived_on <= AS_OF) == 520
    assert _people(s for s in units if s.arrived_on <= IN_2024) == 538


@pytest.mark.parametrize(
    ("on", "mission", "people"),
    [("2014-10-31", "MINURSO", 2), ("2018-06-15", "MINURSO", 5), ("2018-10-31", "UNIFIL", 121)],
)
def test_the_public_counts_on_earlier_days(story: StoryRun, on: str, mission: str, people: int) -> None:
    assert _people(s for s in _present(story, date.fromisoformat(on)) if s.mission == mission) == people


def test_eleven_officers_by_the_vote_of_2018(story: StoryRun) -> None:
    assert len({s.who for s in stays(story.system) if s.arrived_on <= date(2018, 6, 15)}) == 11


def test_128_people_in_all_missions_at_the_end_of_january_2021(story: StoryRun) -> None:
    assert _people(_present(story, date(2021, 1, 31))) == 128


def test_the_ceilings_hold_on_every_day(story: StoryRun) -> None:
    everybody = stays(story.system)
    for on in {s.arrived_on for s in everybody}:
        by_line = {
            line: [s for s in everybody if s.line == line and s.is_there(on)] for line in ("observers", "officers")
        }
        assert _people(by_line["observers"]) <= 20
        assert _people(s for s in by_line["observers"] if s.mission == "MINURSO") <= 5
        assert _people(by_line["officers"]) <= 40
        assert _people(s for s in everybody if s.line == "company" and s.is_there(on)) <= 120


def test_each_line_has_headroom(story: StoryRun) -> None:
    approved = [fact.data for fact in story.system.facts() if isinstance(fact.data, MandateApproved)]
    ceilings = {f"{e.mandate}/{terms.line}": terms for e in approved for terms in e.lines}
    assert {name: (terms.ceiling, terms.qualifier) for name, terms in ceilings.items()} == {
        "kz-2013/observers": (20, "max"),
        "kz-2018/officers": (40, "max"),
        "kz-2018/company": (120, "max"),
        "kz-2022/contingent": (430, "about"),
        "kz-2024/contingent": (430, "max"),
    }
    assert {sub.ceiling for sub in ceilings["kz-2013/observers"].sub_ceilings} == {5}
    there = _present(story, AS_OF)
    taken = {line: _people(s for s in there if s.line == line) for line in ("observers", "officers", "company")}
    assert taken == {"observers": 0, "officers": 9, "company": 6}


def test_missions_of_2013_and_2018_that_were_never_used(story: StoryRun) -> None:
    used = {s.mission for s in stays(story.system)}
    assert used == {"MINURSO", "UNOCI", "UNIFIL", "MINUSCA", "MONUSCO", "MINUSMA"}


def test_the_official_statements_are_on_record(story: StoryRun) -> None:
    stated = [fact.data for fact in story.system.facts() if isinstance(fact.data, OfficialStatementRecorded)]
    on_the_day = sorted(e.value for e in stated if e.as_of == AS_OF)
    assert on_the_day == [6, 9, 45, 520]
    assert {(e.value, e.qualifier) for e in stated if e.as_of.year == 2018} == {
        *((5, "exact"), (11, "exact"), (15, "about"), (120, "exact")),
    }


def test_each_rule_refuses_its_example() -> None:
    system = run_story().system
    before = stays(system)
    answered = try_refusals(system)
    assert [
        (e.rule, a.status, a.rule, a.reason) for e, a in answered if (a.status, a.rule) != ("refused", e.rule)
    ] == []
    assert {f"I{nr}" for nr in (*range(1, 9), 10, 12)} <= {example.rule for example, _ in answered}
    assert all(a.reason and a.remedy for _, a in answered)
    assert stays(system) == before


def test_nobody_is_there_twice(story: StoryRun) -> None:
    everybody = stays(story.system)
    assert len({s.who for s in everybody}) == len(everybody)
    assert all(s.departed_on is None or s.departed_on >= s.arrived_on + timedelta(days=150) for s in everybody)


def _steps() -> Iterable[Step]:
    return (step for chapter in chapters() for wave in chapter.waves for step in wave)


def _present(story: StoryRun, on: date) -> list[Stay]:
    return [s for s in stays(story.system) if s.is_there(on)]


def _people(those: Iterable[Stay]) -> int:
    return sum(s.headcount for s in those)
