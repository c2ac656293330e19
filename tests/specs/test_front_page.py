"""Given what is on record, then what each tile of the front page says: a figure only where something was looked at."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.reporting.pages import tile_answers
from services.reporting.pages.cells import PageAddress
from services.reporting.pages.i18n import words
from services.reporting.pages.tile_answers import Answer, Known
from services.reporting.pages.tiles import TILES, AnsweredTile, answered, answers_of, as_result
from services.reporting.reports.evidence import judged
from services.reporting.reports.formats import ReportResult

DAY, FIRST = date(2022, 6, 30), date(2013, 12, 20)
ROWS: dict[int, dict[str, Any]] = {
    1: {"mission": "UNIFIL", "people": 9, "tours": 4},
    2: {"line": "kz-2018/units", "mission": None, "missions": ["UNIFIL", "UNTSO"], "in_force": True}
    | {"headroom_now": 3, "headroom_with_planned": 1, "closed_to_new": []},
    3: {"mission": "UNIFIL", "people": 12, "tours": 6},
    4: {"mission": "UNTSO"},
    5: {"days": 21},
    6: {"days": 40, "raise": "R2", "people": 1, "tours": 1},
    7: {"mandate": "kz-2018", "mission": "UNIFIL", "kind": "mou", "documents": 1},
    8: {"step_number": 6, "step": "vote to arrival", "days_median": 61.5, "known": 4},
    9: {"moves": 2},
    10: {"register": 9, "published": 8, "difference": 1, "raise": "R1"},
    11: {"people": 9, "tours": 4},
    12: {"change_points": 30, "breaches": 1},
    13: {"events": 21},
}
"""A row of each report that has a finding."""
SUMS = ("people", "tours", "documents", "moves", "change_points", "breaches", "events")
DEFAULTS: dict[str, Any] = {"first_day": FIRST, "fullest_mission": "UNIFIL", "newest_return": date(2022, 5, 31)}
ABOUT: dict[str, Any] = {"since": date(2021, 6, 30), "mission": "UNIFIL", "closes_on": DAY}
FORM: dict[int, dict[str, Any]] = {tile.number: {"mission": "UNIFIL"} if tile.number == 13 else ABOUT for tile in TILES}


def result(*rows: dict[str, Any], compared: int | None) -> ReportResult:
    names = list(rows[0]) if rows else []
    totals = {name: sum(row.get(name) or 0 for row in rows) for name in SUMS}
    columns = [(name, "text") for name in names]
    evidence = judged((compared, FIRST, DAY), DAY, has_rows=bool(rows))
    return ReportResult(DAY, None, columns, [tuple(row.values()) for row in rows], totals, None, False, None, evidence)


def known(
    rows: dict[int, list[dict[str, Any]]], as_of: date = DAY, compared: int | None = 3, **defaults: object
) -> Known:
    results = {tile.number: result(*rows.get(tile.number, []), compared=compared) for tile in TILES}
    return Known(results, {**DEFAULTS, **defaults}, as_of, None, FORM)


FOUND = known({number: [row] for number, row in ROWS.items()})
COMPARED = known(
    {
        **{number: [ROWS[number]] for number in (1, 2, 3, 8, 11)},
        10: [ROWS[10] | {"published": 9, "difference": 0, "raise": None}],
        12: [ROWS[12] | {"breaches": 0}],
    }
)
"""Where there was something to look at, and nothing was found."""
EMPTY = replace(known({}, newest_return=None, fullest_mission=None, compared=None))
REASSURING = (4, 5, 6, 7, 9, 10, 12)
"""The questions to which zero is good news."""


def shown_tiles(what: Known, language: str = "en") -> dict[int, AnsweredTile]:
    tiles = answered(answers_of(what), what, words(language), PageAddress({}))
    return {one.tile.number: one for one in tiles}


def test_there_are_thirteen_questions_in_their_order() -> None:
    assert [tile.number for tile in TILES] == list(range(1, 14))
    assert len({tile.question for tile in TILES}) == 13


@pytest.mark.parametrize("tile", TILES, ids=lambda tile: str(tile.number))
def test_where_nothing_is_on_record_there_is_no_figure(tile: Any) -> None:
    one = shown_tiles(EMPTY)[tile.number]
    assert (one.figure, one.state) == ("", "nothing-on-record")
    assert one.counts


@pytest.mark.parametrize("number", REASSURING)
def test_a_zero_says_what_was_looked_at(number: int) -> None:
    one = shown_tiles(COMPARED)[number]
    assert (one.figure, one.state) == ("0", "answered")
    assert one.rests_on


def test_what_was_found_is_the_figure() -> None:
    figures = {number: one.figure for number, one in shown_tiles(FOUND).items()}
    assert figures == {1: "9", 2: "3", 3: "12", 4: "1", 5: "1", 6: "1", 7: "1", 8: "61.5", 9: "2", 10: "1", 11: "9"} | {
        12: "1",
        13: "21",
    }
    assert shown_tiles(FOUND)[10].rests_on == ["of 1 row compared", "return of 31 May 2022"]
    assert shown_tiles(FOUND)[13].href == "/events?mission=UNIFIL"


def test_a_day_before_the_first_record_is_named_as_such() -> None:
    for one in shown_tiles(known({}, as_of=date(2010, 1, 1))).values():
        assert (one.figure, one.state) == ("", "before-the-first-record")
        assert "20 December 2013" in one.counts
    assert {one.counts for one in shown_tiles(known({}, first_day=None)).values()} == {"Nothing is on record."}


def test_people_above_a_ceiling_are_not_shown_as_places_left() -> None:
    over = known({**{number: [row] for number, row in ROWS.items()}, 2: [ROWS[2] | {"headroom_now": -2}]})
    assert (shown_tiles(over)[2].figure, shown_tiles(over)[2].counts) == (
        "2",
        "people above the ceiling: kz-2018/units",
    )


def test_an_arrival_without_a_vote_is_answered_by_the_longest_step() -> None:
    steps = [
        {"step_number": 5, "step": "acceptance to arrival", "days_median": 30.0, "known": 3},
        {"step_number": 6, "step": "vote to arrival", "days_median": None, "known": 0},
    ]
    one = shown_tiles(known({**{number: [row] for number, row in ROWS.items()}, 8: steps}))[8]
    assert (one.figure, one.counts) == ("30", "days, median, of the longest step: acceptance to arrival")


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_every_text_is_filled_in_every_language(language: str) -> None:
    for what in (FOUND, COMPARED, EMPTY):
        for one in shown_tiles(what, language).values():
            assert "{" not in "".join([one.question, one.counts, *one.rests_on]), one


def test_numbers_take_the_plural_form_of_the_language() -> None:
    one, few, many = (
        known({**{number: [row] for number, row in ROWS.items()}, 13: [{"events": events}]}) for events in (21, 3, 11)
    )
    first_words = [shown_tiles(what, "ru")[13].counts.split()[0] for what in (one, few, many)]
    assert first_words == ["событие", "события", "событий"]


def test_programs_are_given_the_tiles_as_rows() -> None:
    rows = as_result(list(shown_tiles(FOUND).values()), FOUND).rows
    assert [row["number"] for row in rows] == list(range(1, 14))
    assert rows[9]["answer"] == "row differs from the UN's return; of 1 row compared; return of 31 May 2022"


def test_an_answer_without_a_figure_rests_on_nothing() -> None:
    answers = [tile.answer(EMPTY) for tile in TILES]
    assert answers == [Answer(None, each.counts, each.names) for each in answers]
    assert tile_answers.nobody(EMPTY) in answers
