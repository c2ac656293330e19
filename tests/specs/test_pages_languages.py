"""Which language a reader of the pages is given, by what the browser sends or the address says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.http.languages import LANGUAGES, named, negotiated
from services.reporting.pages.i18n import words


@pytest.mark.parametrize(
    ("accepted", "served"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("RU", "ru"),
        ("Ru-ru", "ru"),
        ("ru-RU", "ru"),
        ("ru_RU", "ru"),
        ("kk-Cyrl-KZ", "kk"),
        ("de-DE, kk-Cyrl-KZ;q=0.3", "kk"),
        ("en;q=0.1, ru;q=0.9", "ru"),
        ("en ; q = 0.1 ,\tru ; Q=0.9", "ru"),
        ("en;q=0.001, ru;q=0.002", "ru"),
        ("ru, en", "ru"),
        ("en, ru", "en"),
        ("en;q=0.5, ru;q=0.5", "en"),
        ("kk;q=0.5, ru;q=0.5, en;q=0.4", "kk"),
        ("ru;q=0.1, ru;q=0.9, kk;q=0.5", "ru"),
        ("ru;q=0.1, ru-RU;q=0.9, kk;q=0.5", "ru"),
        ("*", "en"),
        ("*, ru;q=0.5", "en"),
        ("ru, *", "ru"),
        ("ru;q=0.5, *;q=0.9", "en"),
        ("en;q=0, *", "ru"),
        ("en;q=0.2, ru;q=0, *;q=0.5", "kk"),
        ("*;q=0", "en"),
        ("ru;q=0.1, *;q=0", "ru"),
        ("ru;q=0", "en"),
        ("ru;q=0, ru-RU;q=0.9, kk;q=0.1", "kk"),
        ("en;q=0", "ru"),
        ("en;q=0.000, ru;q=0, kk;q=0.001", "kk"),
        ("en;q=0, ru;q=0, kk;q=0", "en"),
        ("ru;q=0.0, en", "en"),
        ("de, fr;q=0.9, es", "en"),
        ("russian", "en"),
        ("ruby, rus", "en"),
        ("*-KZ, ru;q=0.2", "ru"),
    ],
)
def test_the_weights_decide_before_the_order_and_case_means_nothing(accepted: str, served: str) -> None:
    assert negotiated(accepted) == served


@pytest.mark.parametrize("weight", ["", "x", "-1", "nan", "inf", "1e3", "0.5.5", "½", "٠", "0x1", "=0.9"])
def test_a_weight_that_cannot_be_read_comes_behind_all_others_but_is_no_refusal(weight: str) -> None:
    assert negotiated(f"ru;q={weight}") == "ru"
    assert negotiated(f"ru;q={weight}, kk;q=0.001") == "kk"


@pytest.mark.parametrize("weight", ["1.0", "1.000", "1.5", "9", "1.", ".9", "0.99999"])
def test_a_weight_that_is_only_written_oddly_is_read(weight: str) -> None:
    assert negotiated(f"en;q=0.8, ru;q={weight}") == "ru"


def test_hundreds_of_entries_are_read() -> None:
    many = ", ".join(f"x{nr % 10}-{nr};q=0.{nr % 10}" for nr in range(900))
    assert negotiated(f"{many}, kk;q=0.05, {many}") == "kk"


@pytest.mark.parametrize("accepted", [",", ";", ",;,", ";;;q", "русский", "ru\xff", "q=1", "\0", "en" * 9000, ";q=1"])
def test_what_is_no_list_of_languages_prefers_none(accepted: str) -> None:
    assert negotiated(accepted) == "en"


@given(st.text(st.sampled_from("enrukEN-_*;q=01. ,\t") | st.characters()))
def test_whatever_is_sent_a_language_is_served(accepted: str) -> None:
    assert negotiated(accepted) in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_below_zero_has_a_minus_sign_in_every_language(language: str) -> None:
    """And a change has a plus, or a minus, of the same width; zero has neither."""
    said = words(language)
    assert (said.number(-4), said.number(-0.5)[0], said.number(0)) == ("−4", "−", "0")
    assert (said.change(-4), said.change(4), said.change(0)) == ("−4", "+4", "0")


@pytest.mark.parametrize(
    ("tag", "language"),
    [("ru", "ru"), ("RU", "ru"), ("kk-Cyrl-KZ", "kk"), (" en ", "en"), ("ru_RU", "ru"), ("xx", None), ("*", None)],
)
def test_an_address_names_a_language_in_any_case_and_with_any_region(tag: str, language: str | None) -> None:
    assert named(tag) == language


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_nothing_is_said_with_nothing(language: str) -> None:
    """The translation of an empty text is the header of the catalogue, with its addresses."""
    assert words(language).say("") == words(language).code("") == ""
