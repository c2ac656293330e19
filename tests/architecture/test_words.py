"""Retired words, names with two meanings, untyped places and long pieces become fewer, and never more."""

from pathlib import Path

import pytest

from tests.architecture import words
from tests.architecture.sources import text


@pytest.mark.parametrize("figure", words.figures())
def test_no_figure_rises_above_its_ceiling(figure: str) -> None:
    places = words.places()[figure]
    assert len(places) <= words.ceilings()[figure], "\n".join(places)


def test_every_ceiling_is_of_something_that_is_counted() -> None:
    held = {f"{part}.{name}" for part, names in words.written().items() for name in names}
    assert held <= set(words.figures())


def test_every_untyped_place_says_why() -> None:
    """Within a few lines of it: `Any`, then the reason; or that the reason is another place's."""
    silent = []
    for place in words.places()["shape.any_lines"]:
        path, _, nr = place.rpartition(":")
        near = "\n".join(text(Path(path)).splitlines()[int(nr) - 4 : int(nr) + 3])
        silent += [] if "`Any`" in near or "# as for " in near else [place]
    assert silent == []


def test_an_identifier_is_read_word_by_word() -> None:
    assert words.words_of("_ReadingRoom") == ["reading", "room"]
    assert words.words_of("told_at") == ["told", "at"]
    assert words.words_of("HTTPRoom2") == ["http", "room"]
    assert words.words_of("headroom") == ["headroom"]
