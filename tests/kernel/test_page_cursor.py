"""A cursor of a list is what was given out for it; whatever else was sent is refused in one way."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.http import page_cursor
from kernel.http.page_cursor import Keyset, encode, numbered
from kernel.http.problem_details import Problem
from kernel.http.values import Bad, cursor, no_cursor

names = st.text(st.characters(codec="utf-8"), min_size=1)


def pair(texts: list[str]) -> tuple[str, str]:
    one, other = texts
    return one, other


PAIRS = Keyset("pairs", ("", ""), pair)


def sealed(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@given(names, st.lists(st.text(st.characters(codec="utf-8"))))
def test_a_key_comes_back_as_it_was_and_in_the_spelling_that_a_parameter_has(name: str, key: list[str]) -> None:
    text = encode(name, *key)
    assert page_cursor.decode(name, text) == key
    assert len(text) > 4_096 or cursor(text) == text


@given(names, names, st.lists(st.text(st.characters(codec="utf-8"))))
def test_a_cursor_of_another_list_is_none(name: str, other: str, key: list[str]) -> None:
    if name != other:
        with pytest.raises(Bad, match=r"no cursor of this list"):
            page_cursor.decode(name, encode(other, *key))


BROKEN = [
    *("", "!", "e30=", "AA==", "ключ", sealed([]), sealed({}), sealed("held"), sealed(["held", 1]), sealed(["held"])),
    *(sealed(["held", text]) for text in ("", "-1", "+1", "1.0", "٣", "1_0", "9" * 20, "\0", "\ud800")),
    *(sealed(["held", "1", "2"]), sealed([["held", "1"]]), base64.urlsafe_b64encode(b"[" * 2_000).decode()),
]


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_cursor_is_refused_with_one_problem(text: str) -> None:
    with pytest.raises(Problem) as caught:
        numbered("held").after(text)
    refusal = caught.value
    expected = (f"cursor: {no_cursor()}", "cursor", no_cursor().remedy)
    assert (str(refusal), refusal.field, refusal.remedy) == expected
    assert refusal.type.uri == "urn:forcegen:problem:bad-parameter"


def test_a_page_begins_behind_the_row_or_before_all() -> None:
    rows = numbered("held")
    assert rows.after(None) == (0,)
    assert rows.after(rows.cursor("17")) == (17,)
    assert PAIRS.after(PAIRS.cursor("a", "b")) == ("a", "b")
