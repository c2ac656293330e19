"""A file over HTTP: the whole, a part, or whether it has changed, as RFC 9110 has it."""

from typing import Any

import pytest
from fastapi import Response
from hypothesis import given
from hypothesis import strategies as st

from kernel.http.ranges import RangeHeaders, served, span

BODY = b"PAR1 and then some more PAR1"


def answer_to(**headers: str) -> Response:
    return served(Response(BODY, media_type="application/x"), RangeHeaders(**headers))


TAG = answer_to().headers["etag"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("bytes=0-3", 0, 3),
        ("bytes=-4", len(BODY) - 4, len(BODY) - 1),
        ("bytes=5-", 5, len(BODY) - 1),
        ("bytes=5-99999", 5, len(BODY) - 1),
        ("bytes=-99999", 0, len(BODY) - 1),
        ("BYTES=0-0", 0, 0),
    ],
)
def test_a_range_is_answered_with_its_bytes(text: str, first: int, last: int) -> None:
    answer = answer_to(range=text)
    assert (answer.status_code, answer.body) == (206, BODY[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(BODY)}"
    assert (answer.headers["etag"], answer.headers["content-type"]) == (TAG, "application/x")


@pytest.mark.parametrize("text", ["bytes=", "bytes=5-2", "lines=1-2", "bytes=0-1,4-5", "bytes=a-b", "bytes=--1", "0-3"])
def test_what_is_no_range_is_answered_with_the_whole(text: str) -> None:
    answer = answer_to(range=text)
    assert (answer.status_code, answer.body, answer.headers["accept-ranges"]) == (200, BODY, "bytes")


@pytest.mark.parametrize("text", ["bytes=28-", "bytes=999-1000", "bytes=-0"])
def test_a_range_beyond_the_file_is_answered_with_the_length_of_the_file(text: str) -> None:
    answer = answer_to(range=text)
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(BODY)}")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_none_match": TAG}, 304),
        ({"if_none_match": f'"x", W/{TAG}'}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": '"x"'}, 200),
        ({"if_match": TAG}, 200),
        ({"if_match": '"x"'}, 412),
        ({"if_match": f"W/{TAG}"}, 412),
        ({"if_match": TAG, "range": "bytes=0-0"}, 206),
        ({"if_match": '"x"', "range": "bytes=0-0"}, 412),
        ({"if_range": TAG, "range": "bytes=0-0"}, 206),
        ({"if_range": '"x"', "range": "bytes=0-0"}, 200),
        ({"if_range": "Thu, 01 Jan 1970 00:00:00 GMT", "range": "bytes=0-0"}, 200),
        ({"if_none_match": TAG, "range": "bytes=0-0"}, 304),
    ],
)
def test_conditions_are_held_to_the_tag_of_the_whole(headers: dict[str, Any], status: int) -> None:
    assert answer_to(**headers).status_code == status


@given(text=st.from_regex(r"bytes=[0-9]{0,25}-[0-9]{0,25}", fullmatch=True), length=st.integers(0, 50))
def test_a_range_lies_within_the_file_or_is_none(text: str, length: int) -> None:
    try:
        bounds = span(text, length)
    except LookupError:
        return
    assert bounds is None or 0 <= bounds[0] <= bounds[1] < length
