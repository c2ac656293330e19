"""A day is read as people type it in any language of the pages; what can be two days is refused with both."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.http.languages import LANGUAGES
from kernel.http.values import Bad
from services.reporting.pages.i18n import words
from services.reporting.pages.typed_days import iso_day


@pytest.mark.parametrize(
    "typed",
    [
        *("2022-06-30", "30.06.2022", "30.6.2022", "2022/06/30", "2022.6.30", "30/6/2022", "6/30/2022"),
        *("30 June 2022", "30 jun 2022", "June 30, 2022", "Jun. 30 2022", " 30  JUNE  2022 "),
        *("30 июня 2022", "30 июня 2022 г.", "30 июня 2022 года", "30 июнь 2022", "30 июн. 2022"),
        *("2022 ж. 30 маусым", "30 маусым 2022", "30 маусым 2022 ж.", "2022 жыл 30 маусым"),
    ],
)
def test_a_day_is_read_as_people_type_it(typed: str) -> None:
    assert iso_day(typed) == "2022-06-30"


@pytest.mark.parametrize(
    ("typed", "both"),
    [("06/07/2022", ("2022-06-07", "2022-07-06")), ("1/2/2022", ("2022-01-02", "2022-02-01"))],
)
def test_what_can_be_two_days_is_refused_with_both(typed: str, both: tuple[str, str]) -> None:
    with pytest.raises(Bad) as refused:
        iso_day(typed)
    assert refused.value.remedy == f"Write {both[0]} or {both[1]}."


def test_one_day_in_either_order_is_one_day() -> None:
    assert iso_day("5/5/2022") == "2022-05-05"


@pytest.mark.parametrize("typed", ["30.06.22", "30/6/22", "1-2-22"])
def test_a_year_of_two_digits_is_refused(typed: str) -> None:
    with pytest.raises(Bad, match="two digits"):
        iso_day(typed)


@pytest.mark.parametrize(
    "typed", ["", "yesterday", "20220630", "2022-W26-4", "31.06.2022", "32/13/2022", "30 Juneteenth 2022", "30 ай 2022"]
)
def test_any_other_text_is_left_for_the_strict_parser_to_refuse(typed: str) -> None:
    assert iso_day(typed) == typed


@given(day=st.dates(date(1900, 1, 1), date(2199, 12, 31)), language=st.sampled_from(sorted(LANGUAGES)))
def test_every_day_that_a_page_shows_can_be_typed(day: date, language: str) -> None:
    assert iso_day(words(language).day(day)) == day.isoformat()
    assert iso_day(f"{day:%d.%m.%Y}") == day.isoformat()
    assert iso_day(day.isoformat()) == day.isoformat()


@given(st.text(max_size=80))
def test_no_text_is_a_fault(text: str) -> None:
    try:
        read = iso_day(text)
    except Bad as refused:
        assert refused.remedy
    else:
        assert read == text or date.fromisoformat(read) - timedelta(0)
