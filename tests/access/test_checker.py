"""The comparison itself: whatever is added beside the tables is named, each kind of object in its own words."""

import pytest

from tests.access.pairs import REFUSED, WORKS, Door


def door(*there: str, **answers: str) -> Door:
    """Two things: an official may see one of them, and nobody anything else."""
    table = {"a thing": {"official": ["see"]}, "another": {}}
    expected = {("a thing", "official", "see"): WORKS}
    attempts = [(thing, who, "see") for thing in table for who in ("official", "nobody")]
    given = {one: expected.get(one, REFUSED) for one in attempts}
    given |= {("a thing", who, "see"): answer for who, answer in answers.items()}
    names = there or tuple(table)
    return Door(table, names, ["official", "nobody"], dict.fromkeys(names, ("see",)), given)


def test_nothing_is_objected_where_the_table_is_the_whole_truth() -> None:
    assert door().objections() == []


@pytest.mark.parametrize("added", ["audit: GET /v1/new", "topic approvals.new", "table reporting.new"])
def test_a_added_object_is_named(added: str) -> None:
    assert door("a thing", "another", added).objections() == [f"{added} is in no table: say who may use it"]


def test_an_object_that_went_away_is_named() -> None:
    assert door("a thing").objections() == ["another is in the table and not there"]


@pytest.mark.parametrize(
    ("answers", "objection"),
    [
        ({"nobody": WORKS}, "nobody: see a thing: works, and the table says that it is refused"),
        ({"official": REFUSED}, "official: see a thing: refused, and the table says that it works"),
        ({"official": "500"}, "official: see a thing: 500, and the table says that it works"),
        ({"nobody": "404"}, "nobody: see a thing: 404, and the table says that it is refused"),
    ],
)
def test_a_pair_that_is_answered_otherwise_is_named(answers: dict[str, str], objection: str) -> None:
    """Also where it is refused in another way than it should be."""
    assert door(**answers).objections() == [objection]


def test_a_pair_that_was_not_tried_is_named() -> None:
    lazy = Door({"a thing": {}}, ["a thing"], ["official"], {"a thing": ["see"]})
    assert lazy.objections() == ["official: see a thing: not tried, and the table says that it is refused"]


def test_a_principal_of_the_table_that_was_not_tried_is_named() -> None:
    lazy = Door({"a thing": {"auditor": ["see"]}}, ["a thing"], [], {"a thing": ["see"]})
    assert lazy.objections() == ["auditor is in the table and was not tried"]
