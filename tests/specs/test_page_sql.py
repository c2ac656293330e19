"""The statement of a page of a report, to the letter: what is found, what is said of all rows, what a page shows."""

from kernel.sql.template import parse
from services.reporting.query.keyset import PageQuery, side_by_side

WAITS = "SELECT EXISTS (SELECT FROM parked WHERE service || '/' || stream ^@ ANY ($%d::text[]))"
STRENGTH = PageQuery(
    "strength",
    parse("SELECT mission, rank, people FROM present WHERE day = :as_of::date"),
    None,
    key=("mission", "rank"),
    types={"mission": "text", "rank": "text", "people": "int4"},
    totals=("people",),
)
MOVES = PageQuery(
    "moves",
    parse("SELECT day, id FROM moves WHERE day <= :as_of::date"),
    parse("SELECT page.day, page.id, why FROM page JOIN moves USING (day, id)"),
    key=("day", "id"),
    types={"day": "date", "id": "text", "why": "text"},
    totals=(),
    ordered=True,
)


def test_the_first_page_of_a_report_with_totals() -> None:
    statement = STRENGTH.first_statement
    assert statement.parameters == ("as_of", "source_streams", "page_limit")
    assert statement.sql == (
        "WITH report AS MATERIALIZED (SELECT mission, rank, people FROM present WHERE day = $1::date),"  # noqa: S608
        f" said AS (SELECT ({WAITS % 2}) AS waits, coalesce(sum(people), 0)::bigint AS total_people FROM report),"
        " page AS (SELECT * FROM report  ORDER BY mission NULLS FIRST, rank NULLS FIRST LIMIT $3::int),"
        " detailed AS (SELECT * FROM page)"
        " SELECT detailed.*, said.* FROM said"
        " LEFT JOIN (SELECT *, true AS there FROM detailed) AS detailed ON true"
        " ORDER BY mission NULLS FIRST, rank NULLS FIRST"
    )


def test_the_page_behind_a_cursor_of_a_report_that_an_index_orders() -> None:
    statement = MOVES.following_statement
    assert statement.parameters == ("as_of", "source_streams", "after_0", "after_1", "page_limit")
    assert statement.sql == (
        "WITH report AS NOT MATERIALIZED (SELECT day, id FROM moves WHERE day <= $1::date),"  # noqa: S608
        f" said AS (SELECT ({WAITS % 2}) AS waits),"
        " page AS (SELECT * FROM report WHERE (day, id) > ($3::text::date, $4::text::text)"
        " ORDER BY day, id LIMIT $5::int),"
        " detailed AS (SELECT page.day, page.id, why FROM page JOIN moves USING (day, id))"
        " SELECT detailed.*, said.* FROM said"
        " LEFT JOIN (SELECT *, true AS there FROM detailed) AS detailed ON true"
        " ORDER BY day, id"
    )


def test_an_empty_column_of_a_key_is_the_least_of_its_type() -> None:
    assert "WHERE (coalesce(mission, ('')::text), coalesce(rank, ('')::text)) > (" in STRENGTH.following_statement.sql
    assert STRENGTH.after(STRENGTH.cursor({"mission": "UNMIL", "rank": None})) == {"after_0": "UNMIL", "after_1": ""}


def test_two_reports_side_by_side_have_parameters_of_their_own() -> None:
    both = side_by_side([STRENGTH.first, MOVES.first])
    own = ("as_of", "source_streams", "page_limit")
    assert both.parameters == (*(f"q0_{name}" for name in own), *(f"q1_{name}" for name in own))
    assert both.sql.startswith("SELECT ARRAY(SELECT one_row FROM (WITH report AS MATERIALIZED")
    assert "), ARRAY(SELECT one_row FROM (WITH report AS NOT MATERIALIZED" in both.sql
    assert "LIMIT $6::int" in both.sql
