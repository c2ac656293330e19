"""What is published of the words says the same as the code: whatever fits a schema is taken, whatever does not is not.

Values are drawn around every schema: its own examples with something changed that lies near an edge. Two validators
of others, one with Python's regular expressions and one with ECMA's, judge each of them, and so does the code. What a
JSON Schema cannot say is listed by its name, and nothing else may be refused beyond the schemas.
"""

import copy
import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.examples import EXAMPLES
from contracts.publish import WORDS, schema
from contracts.words import Message

pytestmark = pytest.mark.exhaustive
CROSS_FIELD = {
    "line_period": "a line ends after it begins",
    "sub_ceiling_mission": "a sub-ceiling is for a mission of its line",
    "sub_ceiling_height": "a sub-ceiling is not above the line's own",
    "tour_of_whom": "a tour is of a person or of a unit",
    "headcount_of_person": "a person counts as one",
    "tour_period": "a tour ends after it begins",
    "one_change": "a change of a mandate is exactly one of its kinds",
    "instant_range": "an instant at either edge of the calendar is within it in UTC too",
}
"""Rules between fields, or of arithmetic, that JSON Schema has no words for: the code's own, by their names."""
KAZAKH = "Қазақстан"
NUMBERS: list[Any] = [
    *(0, 1, 2, -1, 60, 61, 365, 3650, 3651, 100_000, 100_001, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 10**30),
    *(20.0, 1.0, 0.0, -0.0, 20.5, 1e5, 2147483647.0, 2147483648.0, 1e30, -1.0, True, False, "20", "0", None, [], {}),
]
DAYS: list[Any] = [
    *("1900-01-01", "1899-12-31", "2199-12-31", "2200-01-01", "0001-01-01", "9999-12-31", "0000-01-01", "2024-02-29"),
    *("2023-02-29", "2024-02-30", "2024-13-01", "2024-00-10", "2024-01-00", "2024-01-32", "20240312", "2024-3-12"),
    *("2024-W10-1", "2024-072", "2024-03-12\n", "\n2024-03-12", " 2024-03-12", "2024-03-12 ", "2024-03-12T00:00:00"),
    *(
        "2024-03-12T00:00:00Z",
        "2024-03-12Z",
        "+2024-03-12",
        "-2024-03-12",
        "1710201600",
        "0",
        "٢٠٢٤-٠٣-١٢",
        "２０２４-03-12",
    ),
    *("2024/03/12", "12.03.2024", "2024-03-12\0", "24-03-12", "02024-03-12", 1710201600, 20240312, 0, None, True),
]
INSTANTS: list[Any] = [
    *("2024-03-12T09:30:00Z", "2024-03-12t09:30:00z", "2024-03-12T09:30:00.123456789Z", "2024-03-12T09:30:00+05:00"),
    *("2024-03-12T09:30:00-00:00", "2024-03-12T09:30:00+23:59", "2024-03-12T09:30:00+24:00", "2024-03-12T09:30:00+05"),
    *("2024-03-12T09:30:00+0500", "2024-03-12T09:30:00", "2024-03-12T09:30Z", "2024-03-12T09:30:60Z"),
    *("2024-03-12T24:00:00Z", "2024-03-12T23:59:60Z", "2024-03-12 09:30:00Z", "2024-03-12_09:30:00Z", "2024-03-12"),
    *("2024-02-30T09:30:00Z", "2024-03-12T09:30:00,5Z", "2024-03-12T09:30:00.Z", "2024-03-12T09:30:00Z\n"),
    *("2199-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "1900-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "1710201600"),
    *("2199-12-31T23:59:59-01:00", "1900-01-01T00:00:00+01:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
    *("20240312T093000Z", "2024-03-12T09:30:00 GMT", "٢024-03-12T09:30:00Z", 1710201600, 1710201600.5, None, False),
]
TEXTS: list[Any] = [
    *(
        "",
        "a",
        "A",
        "KAZ",
        "kaz",
        "KAZ\n",
        "КАЗ",
        "KA",
        "KAZA",
        "kz-2013",
        "kz-2013\n",
        "\nkz-2013",
        "-kz",
        "kz_2013",
        "é",
    ),
    *("a" * 64, "a" * 65, "A" * 20, "A" * 21, "AB", "ABC", "p-1", "p-", "p-" + "a" * 60, "p-" + "a" * 61, "p-1\n"),
    *("0" * 64, "0" * 63, "G" * 64, "F" * 64, "0" * 64 + "\n", "x" * 200, "x" * 201, "x" * 4000, "x" * 4001),
    *("\U0001f600" * 200, "\U0001f600" * 201, "\U0001f600" * 4000, "\U0001f600" * 4001, "Я" * 4000, "a\0b", "\0"),
    *("a\nb", "a\tb", "a\x1f", "a\x7f", "a\x85", "a\x9f", "a\xa0b", "\ufffe", "\u2028", "\\u0000", "C:\\u0000", KAZAKH),
    *("max", "about", "troops", "active", "L1", "officer", "true", "null", "NV/2014/031", "  ", "e\u0301"),
    *(
        "8f5c4b1e-6f0a-5a55-9d6b-0d6f7a1f7c11",
        "8F5C4B1E-6F0A-5A55-9D6B-0D6F7A1F7C11",
        "8f5c4b1e6f0a5a559d6b0d6f7a1f7c11",
    ),
    *("{8f5c4b1e-6f0a-5a55-9d6b-0d6f7a1f7c11}", "urn:uuid:8f5c4b1e-6f0a-5a55-9d6b-0d6f7a1f7c11", "8f5c4b1e-6f0a-5a55"),
    *("8f5c4b1e-6f0a-5a55-9d6b-0d6f7a1f7c11\n", "8f5c4b1e-6f0a5-a55-9d6b-0d6f7a1f7c11", 7, 1.5, None, True, [], {}),
]
ANY: list[Any] = [*NUMBERS, *DAYS, *INSTANTS, *TEXTS, [None], [[]], {"a": 1}]
ABSENT = object()
FORMATS = jsonschema.FormatChecker(["date", "uuid"])


@FORMATS.checks("date-time", raises=ValueError)  # type: ignore[untyped-decorator]
def _is_instant(text: object) -> bool:
    """The part of RFC 3339 that the pattern leaves open: whether there is such a day."""
    if isinstance(text, str) and len(text) > 10 and text[10] in "Tt":
        datetime.strptime(text[:10], "%Y-%m-%d")
    return True


@cache
def validators(word: type[Message]) -> tuple[Any, Any]:
    """One that takes patterns for Python's, and one that takes them for ECMA's."""
    published = schema(word)
    jsonschema.Draft202012Validator.check_schema(published)
    python = jsonschema.Draft202012Validator(published, format_checker=FORMATS)
    return python, jsonschema_rs.Draft202012Validator(published, validate_formats=True)


def example(word: type[Message]) -> dict[str, Any]:
    message = next(one for one in EXAMPLES if type(one) is word)
    data: dict[str, Any] = json.loads(message.model_dump_json())
    return data


def places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document but the whole."""
    if path:
        yield path
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(inner, (*path, key))


def put(document: Any, path: tuple[str | int, ...], value: Any) -> None:
    """Change one place of a document, or take it away."""
    at = document
    for step in path[:-1]:
        at = at[step]
    if value is not ABSENT:
        at[path[-1]] = copy.deepcopy(value)  # the pools of values are shared by all runs
    else:
        del at[path[-1]]


def own_kind(text: str) -> list[Any]:
    """The edges of the kind of text that an example has: a day, an instant, or any other."""
    if text[4:5] == "-" and len(text) == 10:
        return DAYS
    return INSTANTS if text[10:11] == "T" else TEXTS


def near(value: Any) -> st.SearchStrategy[Any]:
    """What lies near a value of an example: of its own kind mostly."""
    if isinstance(value, bool):
        return st.sampled_from([True, False, None, 0, 1, "true"])
    if isinstance(value, int):
        return st.sampled_from(NUMBERS) | st.integers(-5, 2**32)
    if isinstance(value, list):
        again = st.integers(0, 101).map(lambda times: [copy.deepcopy(one) for one in value[:1]] * times)
        return again | st.sampled_from([[], None, {}, "", [None]])
    if isinstance(value, str):
        return st.sampled_from(own_kind(value)) | st.sampled_from(
            [value + "\n", value.upper(), value.lower(), f" {value}", value * 2]
        )
    return st.sampled_from(ANY)


@st.composite
def documents(draw: st.DrawFn) -> tuple[type[Message], Any]:
    """A word, and data that is nearly its own."""
    word = draw(st.sampled_from(WORDS))
    document: Any = example(word)
    for _ in range(draw(st.integers(0, 2))):
        path = draw(st.sampled_from(sorted(places(document), key=repr)))
        value = document
        for step in path:
            value = value[step]
        put(document, path, draw(near(value) | st.sampled_from([ABSENT, *ANY])))
        if not any(True for _ in places(document)):
            break
    if draw(st.integers(0, 9)) == 0:
        document["not_known"] = draw(st.sampled_from(ANY))
    return word, draw(st.sampled_from([document] * 20 + [[document], None, "text", 7]))


def misfits(word: type[Message], text: str) -> list[str]:
    """The names of what the code finds at fault."""
    try:
        word.model_validate_json(text)
    except ValidationError as fault:
        errors = fault.errors()
        inside = [error["loc"] for error in errors]
        return [error["type"] for error in errors if not _follows(error["type"], error["loc"], inside)]
    return []


def _follows(kind: str, at: tuple[Any, ...], inside: list[tuple[Any, ...]]) -> bool:
    """Whether a list is called too short only because one of its items is at fault."""
    return kind == "too_short" and any(loc[: len(at)] == at and len(loc) > len(at) for loc in inside)


def judged(word: type[Message], document: Any) -> None:
    text = json.dumps(document)
    python, ecma = (validator.is_valid(json.loads(text)) for validator in validators(word))
    assert python == ecma, f"two validators read the schema of {word.__name__} in two ways: {text[:500]}"
    faults = misfits(word, text)
    if python:
        assert set(faults) <= CROSS_FIELD.keys(), f"{word.__name__} fits its schema and is refused: {text[:500]}"
    else:
        assert faults, f"{word.__name__} does not fit its schema and is taken: {text[:500]}"


@given(documents())
@settings(max_examples=400)
def test_schema_and_code_agree(drawn: tuple[type[Message], Any]) -> None:
    judged(*drawn)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.__name__)
def test_schema_and_code_agree_on_every_field_at_its_edges(word: type[Message]) -> None:
    """Not by chance: each field of each word, one after the other, at each edge of its kind."""
    for path in list(places(example(word))):
        document: Any = example(word)
        value = document
        for step in path:
            value = value[step]
        pool = (
            NUMBERS
            if isinstance(value, int)
            else [*DAYS, *INSTANTS, *TEXTS]
            if isinstance(value, str)
            else [None, [], {}]
        )
        for other in [*pool, ABSENT]:
            changed = copy.deepcopy(document)
            put(changed, path, other)
            judged(word, changed)


CASES = {
    "line_period": ("ProposeMandate", ("lines", 0, "valid_until"), "1900-01-01"),
    "sub_ceiling_mission": ("ProposeMandate", ("lines", 0, "sub_ceilings"), [{"mission": "NOWHERE", "ceiling": 1}]),
    "sub_ceiling_height": ("ProposeMandate", ("lines", 0, "sub_ceilings"), None),
    "tour_of_whom": ("PlanTour", ("unit",), "a-unit"),
    "headcount_of_person": ("PlanTour", ("headcount",), 2),
    "tour_period": ("PlanTour", ("planned_until",), "1900-01-01"),
    "one_change": ("ChangeMandateByBreakGlass", ("change", "waiver"), ABSENT),
    "instant_range": ("RecordStrengthReturn", ("published_at",), "2199-12-31T23:59:59-01:00"),
}


@pytest.mark.parametrize("rule", CROSS_FIELD)
def test_each_rule_between_fields_is_one_that_a_schema_cannot_say(rule: str) -> None:
    name, path, value = CASES[rule]
    word = next(word for word in WORDS if word.__name__ == name)
    document = example(word)
    if value is None:
        line = document["lines"][0]
        value = [{"mission": line["missions"][0], "ceiling": line["ceiling"] + 1}]
    put(document, path, value)
    assert all(validator.is_valid(document) for validator in validators(word))
    assert misfits(word, json.dumps(document)) == [rule]


@pytest.mark.parametrize("number", ["20", "20.0", "2e1", "2.0E+1", "200e-1", "-0", "-0.0", "0.0"])
def test_every_spelling_of_a_whole_number_is_that_number(number: str) -> None:
    word = next(word for word in WORDS if word.__name__ == "RecordOfficialStatement")
    text = json.dumps(example(word) | {"value": 987654}).replace("987654", number)
    assert word.model_validate_json(text).model_dump()["value"] == abs(int(float(number)))


@pytest.mark.parametrize("number", ["20.5", "1e400", "-1", "2147483648", "1e30", "true", '"20"', "9" * 400])
def test_whatever_else_is_no_count(number: str) -> None:
    word = next(word for word in WORDS if word.__name__ == "RecordOfficialStatement")
    assert misfits(word, json.dumps(example(word) | {"value": 987654}).replace("987654", number))
