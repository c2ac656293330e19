"""Each guard that the search was tried without is still in the source, and told on the page about reliability."""

from pathlib import Path

import pytest

from tests.architecture.sources import table
from tests.hostile.guards import GUARDS, ROOT, Guard, taken_out

PAGE = Path("docs/reliability.md")


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_the_guard_stands_in_the_source(guard: Guard) -> None:
    for edit in guard.edits:
        source = (ROOT / edit.file).read_text()
        assert taken_out(edit, source) != source


def test_there_are_fifteen_and_each_is_told() -> None:
    assert len(GUARDS) >= 15
    assert {row[0] for row in table(PAGE, "guard")} == {guard.name for guard in GUARDS}
