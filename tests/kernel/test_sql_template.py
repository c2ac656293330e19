"""The SQL that templates make, to the letter, and what a template may not be."""

import pytest

from kernel.sql.template import Statement, Template, compose, parse

TOURS = """
-- Tours on a day. A comment's {brace} and :colon mean nothing.
SELECT id, '{}'::text[] AS kinds, 'a '':text' AS note FROM tours  -- nor do these: :one {two?
WHERE planned_from <= :as_of::date
  AND {mission? mission = :mission::text}
  AND {categories? (category = ANY (:categories::text[]) OR planned_from = :as_of::date)}
LIMIT :limit::int
"""


def lines(template: Template) -> list[str]:
    return [line.strip() for line in template.statement().sql.strip().splitlines()]


def test_a_filter_that_may_be_null_passes_every_row() -> None:
    assert lines(parse(TOURS).nullable()) == [
        "SELECT id, '{}'::text[] AS kinds, 'a '':text' AS note FROM tours",
        "WHERE planned_from <= $1::date",
        "AND ($2::text IS NULL OR mission = $2::text)",
        "AND ($3::text[] IS NULL OR (category = ANY ($3::text[]) OR planned_from = $1::date))",
        "LIMIT $4::int",
    ]


@pytest.mark.parametrize(
    ("given", "filters", "parameters"),
    [
        pytest.param([], ["AND true", "AND true"], ("as_of", "limit"), id="none"),
        pytest.param(["mission"], ["AND (mission = $2::text)", "AND true"], ("as_of", "mission", "limit"), id="one"),
        pytest.param(
            ["categories"],
            ["AND true", "AND ((category = ANY ($2::text[]) OR planned_from = $1::date))"],
            ("as_of", "categories", "limit"),
            id="the other",
        ),
    ],
)
def test_only_filters_that_are_given_are_in_the_statement(
    given: list[str], filters: list[str], parameters: tuple[str, ...]
) -> None:
    narrowed = parse(TOURS).narrowed(given)
    assert lines(narrowed)[2:4] == filters
    assert narrowed.statement().parameters == parameters


def test_values_come_in_the_order_of_the_numbers_and_what_is_not_given_is_null() -> None:
    statement = parse("SELECT :b::int, :a::text, :b::int").statement()
    assert statement == Statement("SELECT $1::int, $2::text, $1::int", ("b", "a"))
    assert statement.values({"a": "x"}) == [None, "x"]


def test_templates_are_put_together_before_they_are_numbered() -> None:
    one = parse("SELECT :day::date")
    both = compose("SELECT ARRAY(", one.prefixed("a_"), "), ARRAY(", one.prefixed("b_"), ") LIMIT :limit::int")
    assert both.statement() == Statement(
        "SELECT ARRAY(SELECT $1::date), ARRAY(SELECT $2::date) LIMIT $3::int", ("a_day", "b_day", "limit")
    )


def test_an_included_template_stands_where_it_is_named() -> None:
    own = {"on_the_day": parse("day = :as_of::date AND {mission? mission = :mission::text}")}
    whole = parse("SELECT * FROM a WHERE {include on_the_day} LIMIT :limit::int", own.__getitem__)
    assert whole.narrowed(["mission"]).statement() == Statement(
        "SELECT * FROM a WHERE day = $1::date AND (mission = $2::text) LIMIT $3::int", ("as_of", "mission", "limit")
    )


def test_the_types_of_parameters_are_listed_in_their_order() -> None:
    expected = {"as_of": "date", "mission": "text", "categories": "text[]", "limit": "int"}
    assert list(parse(TOURS).types.items()) == list(expected.items())


def test_a_statement_needs_its_filters_decided() -> None:
    with pytest.raises(TypeError, match="the filter mission is neither given nor left out"):
        parse(TOURS).statement()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("SELECT :day", "the parameter day has no type: write :day::text"),
        ("SELECT :day::date, :day::text", "the parameter day has two types"),
        ("SELECT {day? a = :month::date}", "the filter day does not hold its parameter"),
        ("SELECT {day? a = :day::date", "the filter day is not closed"),
        ("SELECT a = :day::date}", "a brace closes no filter"),
        ("SELECT {a = :day::date}", "a filter is written"),
        ("SELECT {include days}", "nothing beside this text to include as days"),
        ("SELECT {day? a = :day::date AND {month? b = :month::int}}", "the filter month stands in the filter day"),
    ],
)
def test_a_template_is_checked_when_it_is_read(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse(text)
