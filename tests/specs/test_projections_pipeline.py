"""Missions, applications, vacancies, candidates, units and others' counts, as the views show them."""

from datetime import date

from contracts import deployments, vacancies
from contracts.words import Event
from tests import peacekeepers as story
from tests.projection_spec import projected

A_DAY = date(2015, 3, 1)


def test_a_mission_keeps_every_status_it_had() -> None:
    views = projected(story.mission("UNMIL"), story.mission_change("UNMIL", "closed", "2018-03-30"))
    assert [(s.status, str(s.since)) for s in views.rows("mission_statuses")] == [
        ("active", "1991-04-29"),
        ("closed", "2018-03-30"),
    ]
    assert views.row("missions", "UNMIL").status == "closed"


def test_what_is_carried_to_another_service_is_shown_once() -> None:
    views = projected(story.mission("UNMIL"), story.mission_status("UNMIL"))
    assert views.row("missions", "UNMIL").authority is None


def test_an_application_is_acknowledged_or_withdrawn() -> None:
    views = projected(story.submitted(), story.acknowledged())
    assert views.row("applications", "nv-1").status == "acknowledged"
    gone = vacancies.ApplicationWithdrawn(application="nv-1", withdrawn_on=A_DAY, reason="filled elsewhere")
    assert projected(story.submitted(), gone).row("applications", "nv-1").withdrawn_on == A_DAY


def test_a_vacancy_is_filled_and_opens_again_at_rotation() -> None:
    filled = vacancies.VacancyFilled(vacancy="v-1", filled_on=date(2014, 5, 1))
    views = projected(story.announced(), story.nominated(), story.accepted(), filled)
    assert (views.row("vacancies", "v-1").status, views.row("vacancies", "v-1").places) == ("filled", 0)
    again = vacancies.VacancyReopened(vacancy="v-1", reopened_on=A_DAY, reason="rotation", number=1)
    reopened = projected(story.announced(), filled, again).row("vacancies", "v-1")
    assert (reopened.status, reopened.places, reopened.filled_on) == ("open", 1, None)


def test_a_vacancy_that_is_not_filled_ends() -> None:
    for status, word in (("withdrawn", vacancies.VacancyWithdrawn), ("lapsed", vacancies.VacancyLapsed)):
        ended = word(vacancy="v-1", ended_on=A_DAY, reason="deadline")
        assert projected(story.announced(), ended).row("vacancies", "v-1").status == status


def test_a_nomination_is_answered() -> None:
    taken = projected(story.announced(), story.nominated(), story.accepted()).row("nominations", "v-1/n-1")
    assert (taken.status, taken.line, taken.report_on) == ("accepted", "kz-2013/observers", date(2014, 7, 1))
    ends: dict[str, type[Event]] = {
        "declined": vacancies.NominationDeclined,
        "withdrawn": vacancies.NominationWithdrawn,
        "lapsed": vacancies.NominationLapsed,
    }
    for status, word in ends.items():
        fields = {"vacancy": "v-1", "nomination": "n-1", "ended_on": A_DAY, "reason": "no"}
        ended = word.model_validate(fields)
        assert projected(story.announced(), story.nominated(), ended).row("nominations", "v-1/n-1").status == status


def test_a_unit_that_is_put_forward_counts_its_people() -> None:
    fields = {"vacancy": "v-1", "nomination": "n-9", "mandate": "kz-2013", "line": "company", "unit": "kazbat"}
    days = {"nominated_on": A_DAY, "valid_until": date(2016, 3, 1), "rule_set": "v1"}
    what = {"contributor": "KAZ", "mission": "UNIFIL", "category": "infantry", "headcount": 120}
    views = projected(story.announced(), vacancies.UnitNominated.model_validate({**fields, **days, **what}))
    assert views.row("nominations", "v-1/n-9").headcount == 120


def test_a_candidate_is_shown_by_reference_rank_and_state_only() -> None:
    screened = vacancies.CandidateScreened(person="p-0001", screened_on=A_DAY, english_until=date(2020, 1, 1))
    placed = vacancies.CandidatePlacedInReserve(person="p-0001", since=A_DAY)
    promoted = vacancies.CandidatePromoted(person="p-0001", rank="major", since=A_DAY)
    person = projected(story.registered(), screened, placed, promoted, story.barred()).row("candidates", "p-0001")
    assert (person.status, person.rank, person.barred_since) == ("reserve", "major", date(2015, 2, 1))
    assert "english_until" not in person._fields
    gone = vacancies.CandidateWithdrawn(person="p-0001", withdrawn_on=A_DAY, reason="retired")
    assert projected(story.registered(), gone).row("candidates", "p-0001").status == "withdrawn"


def test_a_bar_stands_whether_or_not_the_person_was_registered() -> None:
    """Whoever was sent home is barred, also where another system kept the candidates; a registration lifts no bar."""
    stranger = projected(story.barred()).row("candidates", "p-0001")
    assert (stranger.status, stranger.contributor, stranger.barred_since) == (None, None, story.barred().since)
    known = projected(story.barred(), story.registered(), story.registered()).row("candidates", "p-0001")
    assert (known.status, known.barred_since) == ("registered", story.barred().since)


def test_a_unit_goes_from_the_pledge_to_the_visit() -> None:
    steps: list[Event] = [
        vacancies.UnitReadinessRecorded(unit="kazbat", level="L2", assessed_on=A_DAY),
        vacancies.UnitSelected(unit="kazbat", mission="UNIFIL", selected_on=A_DAY),
        vacancies.MouSigned(unit="kazbat", mission="UNIFIL", document="MOU/1", signed_on=A_DAY, strength=120),
        vacancies.PredeploymentVisitRecorded(unit="kazbat", visited_on=A_DAY, passed=True),
    ]
    seen = [projected(story.pledged(), *steps[:nr]).row("units", "kazbat").status for nr in range(5)]
    assert seen == ["pledged", "pledged", "selected", "mou_signed", "visit_passed"]
    renewed = projected(story.pledged(), *steps, story.pledged(headcount=100)).row("units", "kazbat")
    assert (renewed.headcount, renewed.level, renewed.status) == (100, "L2", "visit_passed")


def test_counts_of_others_are_kept_as_published_restated_ones_too() -> None:
    views = projected(story.counted(6), story.counted(7, published="2014-09-10"))
    assert [row.total for row in sorted(views.rows("strength_returns"), key=lambda row: row.published_at)] == [6, 7]


def test_an_official_statement_is_kept_with_its_measure() -> None:
    fields = {"contributor": "KAZ", "statement": "s-1", "as_of": A_DAY, "measure": "people_since", "value": 45}
    stated = deployments.OfficialStatementRecorded.model_validate({**fields, "source": "inform.kz"})
    assert projected(stated).row("official_statements", "KAZ", "s-1").value == 45
