"""What is read of a broken text: never a member whose meaning is in doubt."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.fragments import strings

NAMES = ("id", "source", "type")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*NAMES, "x"]), inner, max_size=3),
    max_leaves=6,
)
members = st.lists(st.tuples(st.sampled_from([*NAMES, "x"]), values), max_size=8)


@given(members, st.sampled_from(["}", ',"x":NaN}', "", "}}", ',"x":[[[']))
def test_a_member_is_read_where_each_of_its_values_is_the_same_string(pairs: list[tuple[str, Any]], end: str) -> None:
    text = "{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in pairs)

    strings_read = strings((text + end).encode(), NAMES)

    all_values = {name: [value for each, value in pairs if each == name] for name in NAMES}
    certain = {name: each[0] for name, each in all_values.items() if each and all(one == each[0] for one in each)}
    assert strings_read == {name: value for name, value in certain.items() if isinstance(value, str)}


@pytest.mark.parametrize("other", ["[]", "{}", "1", "null", '"y"', '["x"]'])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_second_value_of_any_kind_leaves_the_member_out(other: str, is_first: bool) -> None:
    one, two = (other, '"x"') if is_first else ('"x"', other)

    assert strings(f'{{"id":{one},"source":"urn:a","id":{two}'.encode(), NAMES) == {"source": "urn:a"}
