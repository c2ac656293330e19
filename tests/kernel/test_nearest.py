"""The nearest known name: what it is for a slip, for another letter case, for nothing alike, for a long text."""

import time

import pytest
from typer.testing import CliRunner

from cli.main import app
from kernel.nearest import LENGTH_MAX, did_you_mean, nearest

NAMES = ("MINURSO", "UNIFIL", "who-is-where", "kz-2018")


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        *(("UNFIL", "UNIFIL"), ("unifil", "UNIFIL"), ("MINUSRO", "MINURSO"), ("who_is_where", "who-is-where")),
        *(("kz-2081", "kz-2018"), ("xyzzy", None), ("UNIFIL", None), ("", None), ("U" * (LENGTH_MAX + 1), None)),
    ],
)
def test_the_nearest_name_is_the_one_that_is_meant(wanted: str, meant: str | None) -> None:
    assert nearest(wanted, NAMES) == meant


def test_a_suggestion_stands_before_the_remedy() -> None:
    assert did_you_mean("UNFIL", NAMES, "Send one.") == "Did you mean UNIFIL? Send one."
    assert did_you_mean("xyzzy", NAMES, "Send one.") == "Send one."


def test_of_names_that_are_equally_near_the_first_counts() -> None:
    assert nearest("p-00", ["p-001", "p-002", "p-003"]) == "p-001"


def test_a_long_text_beside_many_names_costs_little() -> None:
    begun = time.process_time()
    nearest("a" * LENGTH_MAX, [f"{'b' * 60}{nr}" for nr in range(2_000)])
    assert time.process_time() - begun < 1


def test_a_value_of_a_choice_is_suggested_on_the_command_line() -> None:
    answer = CliRunner().invoke(app, ["report", "strength", "--format", "cvs"])
    assert (answer.exit_code, "Did you mean 'csv'?" in answer.stderr) == (2, True)
