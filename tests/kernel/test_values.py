"""What a parameter may be: one day, instant, number, name or cursor, or it is refused with what to send."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.limits import BIGINT_MAX, FIRST_DAY, FIRST_INSTANT, LAST_DAY, LAST_INSTANT
from kernel.http import values
from kernel.http.parameters import Cursor, Day, Identity, Instant, Month, Name, Seconds, Uuid, Whole
from kernel.http.values import Bad

KINDS: dict[str, Any] = {
    **{"day": Day, "instant": Instant, "month": Month, "uuid": Uuid, "cursor": Cursor},
    **{"whole": Annotated[int, Whole(0, 1_000)], "seconds": Annotated[float, Seconds(30)]},
    "name": Annotated[str, Name(20)],
    "identity": Annotated[str, Identity()],
}
REFUSED = {
    "day": (
        *("20220630", "1656547200", "0", "2022-6-30", "2022-06-30T00:00:00", "2022-W26-4", "2022-181", " 2022-06-30"),
        *(
            "2022-06-30\n",
            "٢٠٢٢-٠٦-٣٠",
            "2014-02-30",
            "0001-01-01",
            "1899-12-31",
            "2200-01-01",
            "9999-12-31",
            "",
            "+2022-06-30",
        ),
    ),
    "instant": (
        *("20220630", "2022-06-30", "2022-06-30T00:00:00", "2022-06-30T00:00Z", "2022-06-30T00:00:00GMT"),
        *("2022-06-30T00:00:60Z", "2022-06-30 00:00:00Z", "2022-06-30T00:00:00 02:00", "2022-06-30T24:00:00Z"),
        *("0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "2022-06-30T00:00:00+24:00", "1656547200"),
        *("2022-06-30T00:00:00+05:99", "2022-06-30T00:00:00.Z", "1899-12-31T23:59:59Z", "2200-01-01T00:00:00Z", ""),
    ),
    "month": ("2014", "2014-13", "2014-00", "1899-12", "2200-01", "2014-7", "2014-07-01", ""),
    "whole": ("-1", "+1", "01", "1.0", "1e2", "1_000", "٣", " 1", "1 ", "1001", "9" * 5_000, "", "0x1", "NaN", "-0"),
    "seconds": ("-1", "30.1", "nan", "inf", "1e1", "1_0", ".5", "5.", " 1", "9" * 400, "", "٣"),
    "name": ("", "a\0b", "a\nb", "\x7f", "\x85", "\ufdd0", "\uffff", "\U0010ffff", "\ud800", "x" * 21, "ж" * 11),
    "identity": ("", "a\0b", "\ud800", "x" * 2_049),
    "cursor": ("", "a", "a===", "a b", "YQ", "YR==", "YQ==\n", "x" * 5_000, "+/=="),
    "uuid": ("", "{dbd8b6b0-c184-50b5-b223-7434f5ba09b4}", "urn:uuid:dbd8b6b0-c184-50b5-b223-7434f5ba09b4", "0" * 32),
}
TAKEN = {
    "day": ("1900-01-01", "2199-12-31", "2012-02-29"),
    "instant": (
        "2022-06-30T00:00:00Z",
        "2022-06-30t00:00:00z",
        "2022-06-30T00:00:00.123456789+05:30",
        "1900-01-01T00:00:00Z",
    ),
    "month": ("1900-01", "2199-12"),
    "whole": ("0", "1000"),
    "seconds": ("0", "2.5", "30"),
    "name": ("a\N{NO-BREAK SPACE}b", "e\u0301", "\u0378", "\N{RIGHT-TO-LEFT OVERRIDE}", "uuid/0", "🕊", "ж" * 10),
    "identity": ("a\nb", "\x85", "\uffff", "Я" * 2_048, "uuid/0"),
    "cursor": ("YQ==", "YWJj"),
    "uuid": ("dbd8b6b0-c184-50b5-b223-7434f5ba09b4", "DBD8B6B0-C184-50B5-B223-7434F5BA09B4"),
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in REFUSED.items() for text in texts])
def test_what_does_not_mean_one_thing_is_refused_with_what_to_send(kind: str, text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(KINDS[kind]).validate_python(text)
    first = refused.value.errors()[0]
    assert first["type"] == "parameter"
    assert first["ctx"]["remedy"].startswith("Send ")


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in TAKEN.items() for text in texts])
def test_what_means_one_thing_is_taken(kind: str, text: str) -> None:
    TypeAdapter(KINDS[kind]).validate_python(text)


@given(st.dates(FIRST_DAY, LAST_DAY))
def test_every_day_of_the_calendar_is_taken_as_it_is(day: date) -> None:
    assert values.day(day.isoformat()) == day == TypeAdapter(Day).validate_python(day)


@given(st.datetimes(FIRST_INSTANT.replace(tzinfo=None), LAST_INSTANT.replace(tzinfo=None)))
def test_every_instant_of_the_calendar_is_taken_as_it_is(instant: datetime) -> None:
    assert values.instant(f"{instant.isoformat()}Z") == instant.replace(tzinfo=UTC)


@given(st.integers(0, BIGINT_MAX))
def test_every_position_is_taken_as_it_is(position: int) -> None:
    assert values.whole(str(position)) == position


@given(st.text(max_size=40))
def test_any_text_is_a_value_or_is_refused(text: str) -> None:
    for read in (values.day, values.month, values.instant, values.whole, values.name, values.cursor, values.uuid):
        try:
            read(text)
        except Bad as fault:
            assert fault.remedy
