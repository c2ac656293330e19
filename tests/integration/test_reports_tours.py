"""Which tours end and who comes in their place, who must come home, which dates moved, what waits."""

from datetime import date
from typing import Any

from contracts import deployments, vacancies
from contracts.words import Event
from tests import peacekeepers as story
from tests.integration.answering import given

D = date.fromisoformat
SENT: list[Event] = [story.mission("MINURSO"), story.mission("UNOCI"), story.proposed(), story.approved()]


def there(tour: str, until: str, **more: Any) -> list[Event]:
    """A tour that arrived on 1 July 2014 and is to end on a day."""
    planned = story.planned(tour, person=f"p-{tour}", planned_until=D(until), **more)
    return [planned, story.arrived(tour)]


def reopened(vacancy: str = "v-1", number: int = 1, day: str = "2014-11-01") -> vacancies.VacancyReopened:
    return vacancies.VacancyReopened(vacancy=vacancy, number=number, reopened_on=D(day), reason="rotation")


async def test_tours_that_end_are_listed_with_the_bucket_of_their_last_day(postgres_dsn: str) -> None:
    ends = {"t-0": "2014-12-01", "t-1": "2014-12-31", "t-2": "2015-01-01", "t-3": "2015-01-30", "t-4": "2015-03-01"}
    past: list[Event] = [
        *SENT,
        *(e for tour, until in ends.items() for e in there(tour, until)),
        *there("t-5", "2015-03-02"),
    ]
    async with given(postgres_dsn, past) as ask:
        rows = await ask.picked("ending-tours", "days", "bucket", "replacement", "raise")
        assert rows == [
            (0, "overdue", "none", "R2"),
            (30, "30", "none", "R2"),
            (31, "60", "none", "R2"),
            (60, "60", "none", "R2"),
            (90, "90", "none", None),
        ]
        assert len(await ask.rows("ending-tours", within_days=30)) == 2
        assert len(await ask.rows("ending-tours", within_days=91)) == 6
        assert len(await ask.rows("ending-tours", raised="false")) == 1
        assert await ask.rows("ending-tours", as_of="2014-06-30") == []


async def test_the_end_is_the_one_that_was_planned_on_the_day(postgres_dsn: str) -> None:
    past: list[Event] = [*SENT, story.planned(), story.arrived(), story.extended("t-1", "2015-10-01")]
    async with given(postgres_dsn, past) as ask:
        assert await ask.picked("ending-tours", "ends_on", as_of="2015-04-30") == [("2015-07-01",)]
        assert await ask.rows("ending-tours", as_of="2015-05-01") == []


async def test_who_is_overdue_on_a_day_is_so_wherever_people_are_counted(postgres_dsn: str) -> None:
    """Also if their tour was extended later: on the day nobody had decided that."""
    late = story.extended("t-1", "2015-10-01").model_copy(update={"decided_on": D("2015-07-20")})
    async with given(postgres_dsn, [*SENT, story.planned(), story.arrived(), late]) as ask:
        for day, overdue, ends in (
            ("2015-06-30", 0, "2015-07-01"),
            ("2015-07-01", 1, "2015-07-01"),
            ("2015-07-19", 1, "2015-07-01"),
            ("2015-07-20", 0, "2015-10-01"),
            ("2015-10-01", 1, "2015-10-01"),
        ):
            assert (await ask.report("strength", as_of=day))["totals"]["overdue"] == overdue, day
            assert await ask.picked("who-is-where", "overdue", "expected_until", as_of=day) == [(bool(overdue), ends)]
            buckets = await ask.picked("ending-tours", "bucket", "ends_on", as_of=day)
            assert [end for bucket, end in buckets if bucket == "overdue"] == [ends] * overdue, day


async def test_a_replacement_is_shown_from_the_reopened_vacancy_to_the_planned_tour(postgres_dsn: str) -> None:
    leaving = [*SENT, story.announced(), story.nominated(), story.accepted()]
    leaving += [*there("t-1", "2014-12-31", vacancy="v-1", nomination="n-1"), reopened()]
    next_one = {"person": "p-0002", "nominated_on": D("2014-11-10")}
    accepted = {"person": "p-0002", "accepted_on": D("2014-11-20"), "report_on": D("2014-12-20")}
    relief = {"person": "p-0002", "planned_from": D("2014-12-20"), "planned_until": D("2015-12-20")}
    past: list[Event] = [*leaving, story.nominated("n-2", **next_one), story.accepted("n-2", **accepted)]
    async with given(postgres_dsn, past) as ask:
        stages = {
            day: (await ask.picked("ending-tours", "replacement", "replaced_by", "raise", as_of=day))[0]
            for day in ("2014-10-31", "2014-11-01", "2014-11-10", "2014-11-20")
        }
    assert stages == {
        "2014-10-31": ("none", None, None),
        "2014-11-01": ("vacancy reopened", "v-1", "R2"),
        "2014-11-10": ("nominated", "v-1/n-2", "R2"),
        "2014-11-20": ("accepted", "v-1/n-2", None),
    }
    async with given(postgres_dsn, [*past, story.planned("t-2", vacancy="v-1", nomination="n-2", **relief)]) as ask:
        rows = await ask.picked("ending-tours", "replacement", "replaced_by", "gap_days", "raise")
    assert rows == [("tour planned", "kz-2013/observers/t-2", -11, None)]


async def test_one_replacement_does_not_stand_in_for_two(postgres_dsn: str) -> None:
    past: list[Event] = [*SENT, story.announced(number=2), *there("t-1", "2014-12-20", vacancy="v-1")]
    past += [*there("t-2", "2014-12-31", vacancy="v-1"), reopened(number=1)]
    past += [story.nominated("n-3", person="p-0003", nominated_on=D("2014-11-05"))]
    async with given(postgres_dsn, past) as ask:
        assert await ask.picked("ending-tours", "tours", "replacement") == [(1, "nominated"), (1, "none")]


async def test_the_successor_in_a_post_is_found_also_when_already_there(postgres_dsn: str) -> None:
    days = {"planned_from": D("2014-11-25"), "planned_until": D("2015-11-25"), "handover_until": D("2014-12-31")}
    past: list[Event] = [
        *SENT,
        *there("t-1", "2014-12-20", post="mo-1"),
        story.planned("t-2", person="p-2", post="mo-1", **days),
    ]
    async with given(postgres_dsn, [*past, story.arrived("t-2", "2014-11-25")]) as ask:
        assert await ask.picked("ending-tours", "replacement", as_of="2014-11-24") == [("tour planned",)]
        assert await ask.picked("ending-tours", "replacement", as_of="2014-11-25") == [("arrived",)]


async def test_if_a_mission_closes_those_who_are_there_then_must_come_home(postgres_dsn: str) -> None:
    past: list[Event] = [*SENT, *there("t-1", "2015-01-01"), *there("t-2", "2015-01-02"), *there("t-3", "2014-11-30")]
    past += [story.planned("t-4", person="p-4", planned_from=D("2014-12-31"), planned_until=D("2015-12-31"))]
    past += [story.planned("t-5", person="p-5", planned_from=D("2015-01-01"), planned_until=D("2015-12-31"))]
    past += [*there("t-6", "2016-01-01"), story.transferred("t-6", "2014-08-01")]
    async with given(postgres_dsn, past) as ask:
        rows = await ask.picked("must-come-home", "tour", "state", mission="MINURSO", closes_on="2015-01-01")
        assert rows == [("t-2", "present"), ("t-3", "present"), ("t-4", "planned")]
        assert await ask.picked("must-come-home", "tour", mission="UNOCI", closes_on="2014-08-01") == [("t-6",)]
        assert await ask.rows("must-come-home", mission="UNOCI", closes_on="2014-07-31") == []
        assert await ask.refused("must-come-home", mission="UNOCI") == (400, "closes_on")
        assert await ask.refused("must-come-home", closes_on="2014-07-31") == (400, "mission")


async def test_who_was_there_on_a_day_that_is_past_is_shown_as_it_was(postgres_dsn: str) -> None:
    past: list[Event] = [*SENT, *there("t-1", "2015-07-01"), story.departed("t-1", "2014-09-01")]
    async with given(postgres_dsn, past) as ask:
        homes = [
            len(await ask.rows("must-come-home", mission="MINURSO", closes_on=day))
            for day in ("2014-06-30", "2014-07-01", "2014-08-31", "2014-09-01")
        ]
    assert homes == [0, 1, 1, 0]


async def test_moved_dates_are_listed_with_how_far_how_often_why_and_who(postgres_dsn: str) -> None:
    past: list[Event] = [
        *SENT,
        story.planned(),
        story.scheduled(),
        story.rescheduled(),
        story.arrived("t-1", "2014-08-01"),
    ]
    moved: dict[str, Any] = {"until": D("2015-10-01"), "decided_on": D("2015-05-01"), "old_until": D("2015-08-01")}
    own: dict[str, Any] = {"mandate": "kz-2013", "line": "observers", "tour": "t-1"}
    past += [deployments.TourExtended(**own, **moved, reason="no relief")]
    async with given(postgres_dsn, past) as ask:
        columns = ("what", "arrival_days", "departure_days", "reason", "decided_by", "recorded_by", "moves_of_tour")
        assert await ask.picked("moved-dates", *columns, as_of="2015-05-01") == [
            ("rescheduled", 31, 31, "visa", "UN", "an official", 2),
            ("extended", 0, 61, "no relief", None, "an official", 2),
        ]
        assert len(await ask.rows("moved-dates", as_of="2015-04-30")) == 1
        assert len(await ask.rows("moved-dates", since="2014-06-21", as_of="2015-05-01")) == 1
        assert await ask.rows("moved-dates", as_of="2014-06-19") == []


async def test_a_consent_that_has_expired_waits_since_its_expiry(postgres_dsn: str) -> None:
    consent: dict[str, Any] = {"kind": "host_state", "given_by": "the host", "document": "NV/7"}
    consent |= {"given_on": D("2014-05-10"), "valid_until": D("2014-06-10")}
    own: dict[str, Any] = {"mandate": "kz-2013", "line": "observers", "tour": "t-1"}
    planned = story.planned(consents_required=("host_state",), vacancy="v-1", nomination="n-1")
    past: list[Event] = [*SENT, story.announced(), story.nominated(), story.accepted(), planned]
    async with given(postgres_dsn, [*past, deployments.ConsentRecorded(**own, **consent)]) as ask:
        assert await ask.picked("waiting", "since", "days", as_of="2014-05-09") == [("2014-05-01", 8)]
        assert await ask.rows("waiting", as_of="2014-06-09") == []
        assert await ask.picked("waiting", "since", "days", as_of="2014-06-12") == [("2014-06-10", 2)]
