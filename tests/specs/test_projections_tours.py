"""Tours as the views show them: where people are, which dates moved, what a correction does."""

from datetime import date

import pytest

from contracts import deployments
from contracts.words import Event
from services.reporting.projections.change_set import fold
from tests import peacekeepers as story
from tests.projection_spec import Views, history, projected

TOUR = "kz-2013/observers/t-1"


def stays(views: Views) -> list[tuple[str, str, str | None]]:
    return [(s.mission, str(s.valid_from), str(s.valid_to) if s.valid_to else None) for s in views.rows("stays")]


def test_a_planned_tour_names_the_consents_it_waits_for() -> None:
    views = projected(story.planned())
    assert views.row("tours", TOUR).status == "planned"
    assert [(c.kind, c.given_on) for c in views.rows("consents")] == [("host_state", None), ("un_structure", None)]


def test_a_consent_that_was_given_stays_required() -> None:
    views = projected(story.planned(), story.consented())
    assert views.row("consents", TOUR, "host_state").given_on == date(2014, 6, 1)
    assert views.row("consents", TOUR, "host_state").required
    assert views.row("consents", TOUR, "un_structure").given_on is None


def test_a_moved_date_keeps_old_new_and_reason() -> None:
    views = projected(story.planned(), story.scheduled(), story.rescheduled())
    (moved,) = views.rows("tour_date_changes")
    assert (moved.old_arrives_on, moved.new_arrives_on, moved.reason) == (date(2014, 7, 1), date(2014, 8, 1), "visa")
    assert views.row("tours", TOUR).arrives_on == date(2014, 8, 1)


def test_an_extension_moves_the_expected_end() -> None:
    views = projected(story.planned(), story.arrived(), story.extended())
    assert views.row("tours", TOUR).departs_on == date(2015, 10, 1)
    (moved,) = views.rows("tour_date_changes")
    assert (moved.old_departs_on, moved.new_departs_on) == (date(2015, 7, 1), date(2015, 10, 1))


def test_a_transfer_ends_one_stay_and_begins_another() -> None:
    views = projected(story.planned(), story.arrived(), story.transferred(), story.departed(mission="UNOCI"))
    assert stays(views) == [("MINURSO", "2014-07-01", "2015-01-01"), ("UNOCI", "2015-01-01", "2015-07-01")]
    tour = views.row("tours", TOUR)
    assert (tour.status, tour.mission, tour.departure_reason, tour.payer) == ("departed", "UNOCI", "end_of_tour", "un")


def test_a_cancelled_tour_has_no_stay() -> None:
    cancelled = deployments.TourCancelled(
        mandate="kz-2013", line="observers", tour="t-1", cancelled_on=date(2014, 6, 1), reason="withdrawn"
    )
    views = projected(story.planned(), cancelled)
    assert views.row("tours", TOUR).status == "cancelled"
    assert views.rows("stays") == []


def test_a_unit_counts_those_who_came() -> None:
    views = projected(story.company(people=120), story.company_arrived(people=117))
    assert views.row("tours", "kz-2013/company/u-1").headcount == 117


def test_an_order_to_return_is_shown_with_its_authority() -> None:
    ordered = deployments.ReturnOrdered(
        mandate="kz-2013", line="observers", tour="t-1", mission="MINURSO", by=date(2015, 1, 1), authority="S/RES/9"
    )
    views = projected(story.planned(), story.arrived(), ordered)
    assert views.row("tours", TOUR).return_by == date(2015, 1, 1)


def test_a_corrected_arrival_moves_the_stay() -> None:
    log = history([story.planned(), story.arrived()])
    right = story.corrected(log[1].id, arrived_on=date(2014, 7, 3))
    views = projected(story.planned(), story.arrived(), right)
    assert views.row("tours", TOUR).arrived_on == date(2014, 7, 3)
    assert stays(views) == [("MINURSO", "2014-07-03", None)]


def test_a_corrected_departure_moves_the_end_of_the_last_stay() -> None:
    past: list[Event] = [story.planned(), story.arrived(), story.transferred(), story.departed(mission="UNOCI")]
    views = projected(*past, story.corrected(history(past)[3].id, departed_on=date(2015, 7, 4)))
    assert stays(views)[-1] == ("UNOCI", "2015-01-01", "2015-07-04")
    assert views.row("tours", TOUR).departed_on == date(2015, 7, 4)


def test_a_corrected_mission_is_that_of_the_stay_which_the_wrong_event_began() -> None:
    past: list[Event] = [story.planned(), story.arrived(), story.transferred()]
    log = history(past)
    first = projected(*past, story.corrected(log[1].id, mission="UNMIL"))
    assert [mission for mission, _, _ in stays(first)] == ["UNMIL", "UNOCI"]
    assert first.row("tours", TOUR).mission == "UNOCI"
    second = projected(*past, story.corrected(log[2].id, mission="UNMIL"))
    assert [mission for mission, _, _ in stays(second)] == ["MINURSO", "UNMIL"]
    assert second.row("tours", TOUR).mission == "UNMIL"


def test_a_correction_can_be_corrected() -> None:
    past: list[Event] = [story.planned(), story.arrived(), story.transferred()]
    past.append(story.corrected(history(past)[2].id, mission="UNMIL"))
    views = projected(*past, story.corrected(history(past)[3].id, mission="MINUSTAH"))
    assert [mission for mission, _, _ in stays(views)] == ["MINURSO", "MINUSTAH"]


def test_a_wrong_rank_or_headcount_is_set_right() -> None:
    log = history([story.planned()])
    assert projected(story.planned(), story.corrected(log[0].id, rank="major")).row("tours", TOUR).rank == "major"
    views = projected(story.company(), story.corrected(log[0].id, "u-1", line="company", headcount=90))
    assert views.row("tours", "kz-2013/company/u-1").headcount == 90


def test_an_event_of_an_unknown_tour_cannot_be_applied() -> None:
    with pytest.raises(LookupError, match="no row kz-2013/observers/t-1 in tours"):
        fold(history([story.arrived()]))
