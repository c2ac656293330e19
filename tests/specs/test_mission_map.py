"""The map of missions: every one stands at its place within the picture, and no label covers another or a circle."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.pages import mission_map
from services.reporting.pages.mission_map import SIZES, MissionPlace, drawn
from services.reporting.pages.missions import known_missions

KNOWN = known_missions()
PEOPLE = st.dictionaries(st.sampled_from(sorted(KNOWN)), st.integers(0, 20_000), min_size=1, max_size=len(KNOWN))


def places(people: dict[str, int]) -> tuple[MissionPlace, ...]:
    return tuple(MissionPlace(name, KNOWN[name].longitude, KNOWN[name].latitude, n) for name, n in people.items())


@settings(max_examples=25, deadline=None)
@given(PEOPLE)
def test_whichever_missions_there_are_all_can_be_read(people: dict[str, int]) -> None:
    for size in SIZES:
        drawing = drawn(places(people), size)
        marks = drawing.marks
        assert {mark.place.mission for mark in marks} == set(people)
        for nr, mark in enumerate(marks):
            left, top, right, bottom = mark.label
            assert 0 <= mark.x <= size.width and 0 <= mark.y <= drawing.height
            assert 0 <= left < right <= size.width and 0 <= top < bottom <= drawing.height
            for other in marks[:nr]:
                assert not mission_map.touch(mark.label, other.label), (mark, other)


def test_more_people_are_a_larger_circle() -> None:
    drawing = drawn(places({"UNIFIL": 400, "MINURSO": 4, "UNMISS": 0}), SIZES[0])
    radii = {mark.place.mission: mark.radius for mark in drawing.marks}
    assert radii["UNIFIL"] == SIZES[0].radius_max
    assert radii["UNIFIL"] > radii["MINURSO"] > radii["UNMISS"] > 0


def test_a_mission_stands_east_and_north_of_another_as_on_the_globe() -> None:
    drawing = drawn(places({"UNIFIL": 1, "MINUSCA": 1}), SIZES[1])
    at = {mark.place.mission: (mark.x, mark.y) for mark in drawing.marks}
    assert at["UNIFIL"][0] > at["MINUSCA"][0]
    assert at["UNIFIL"][1] < at["MINUSCA"][1]


def test_the_outline_of_land_is_a_light_path() -> None:
    assert len(mission_map.land()) < 6_000
    assert re.fullmatch(r"[Mlz,\d\s-]+", mission_map.land())
