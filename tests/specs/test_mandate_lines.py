"""Rule I2 by itself: what a line allows on a day, for every service."""

from datetime import date

import pytest

from contracts.words import LineTerms
from services.mandate_lines import LineFields, LineGrant, MandateLine, not_covered, of_another_state, wrong_kind

D = date.fromisoformat
TERMS = LineTerms(
    line="all",
    missions=("MINURSO", "UNIFIL"),
    categories=("military_observer",),
    ceiling=20,
    valid_from=D("2014-01-01"),
    valid_until=D("2020-01-01"),
)
GRANT = LineGrant("KAZ", TERMS)
LINE = MandateLine("line/kz-2013/all").granted(GRANT, D("2013-12-20"))
FIELDS = LineFields("planned_from")


@pytest.mark.parametrize("day", ["2014-01-01", "2019-12-31"])
def test_a_line_covers_its_missions_and_categories_from_its_first_day_to_its_last(day: str) -> None:
    assert not_covered(LINE, D(day), "UNIFIL", "military_observer", FIELDS) is None


@pytest.mark.parametrize(
    ("day", "mission", "category", "field", "reason"),
    [
        ("2013-12-19", "UNIFIL", "military_observer", "planned_from", "is in force only from 2013-12-20"),
        ("2013-12-31", "UNIFIL", "military_observer", "planned_from", "is in force only from 2014-01-01"),
        ("2020-01-01", "UNIFIL", "military_observer", "planned_from", "was valid until 2020-01-01"),
        ("2014-01-01", "UNMIL", "military_observer", "mission", "covers MINURSO, UNIFIL, not UNMIL"),
        ("2014-01-01", "UNIFIL", "infantry", "category", "covers military_observer, not infantry"),
    ],
)
def test_a_refusal_names_the_line_the_reason_and_the_field(
    day: str, mission: str, category: str, field: str, reason: str
) -> None:
    refusal = not_covered(LINE, D(day), mission, category, FIELDS)
    assert refusal is not None
    assert refusal.reason.startswith(f"Line all of mandate kz-2013 {reason}")
    assert (refusal.rule, refusal.field) == ("I2", field)


def test_a_line_ends_on_the_earliest_day_that_a_decision_gives() -> None:
    line = LINE.ended(D("2018-01-01")).ended(D("2016-01-01"))
    assert not_covered(line, D("2015-12-31"), "UNIFIL", "military_observer", FIELDS) is None
    refusal = not_covered(line, D("2016-01-01"), "UNIFIL", "military_observer", FIELDS)
    assert refusal is not None
    assert "ended on 2016-01-01" in refusal.reason


def test_a_line_belongs_to_one_state_on_any_day() -> None:
    for day in ("2010-01-01", "2015-01-01"):
        assert of_another_state(LINE, D(day), "KAZ", "contributor") is None
        refusal = of_another_state(LINE, D(day), "MNG", "contributor")
        assert refusal is not None
        assert "belongs to KAZ, not to MNG" in refusal.reason


def test_a_grant_is_known_only_while_it_is_the_last_one_for_its_day() -> None:
    lower = LineGrant("KAZ", TERMS.model_copy(update={"ceiling": 10}))
    amended = LINE.granted(lower, D("2013-12-20"))
    assert LINE.has(GRANT, D("2013-12-20"))
    assert not LINE.has(GRANT, D("2013-12-21"))
    assert not amended.has(GRANT, D("2013-12-20"))


def test_units_serve_in_the_categories_of_units_and_persons_in_the_others() -> None:
    assert wrong_kind("infantry", "unit", "person") is None
    assert wrong_kind("military_observer", "person", "unit") is None
    with_person, with_unit = wrong_kind("infantry", "person", "person"), wrong_kind("staff_officer", "unit", "unit")
    assert with_person is not None
    assert "infantry needs a unit, not a person" in with_person.reason
    assert with_unit is not None
    assert "staff_officer needs a person, not a unit" in with_unit.reason
