"""The order of files in a run of several processes."""

from types import SimpleNamespace
from typing import cast

import pytest

from tests.architecture.sources import ROOT
from tests.longest_first import LONGEST, longest_first


@pytest.mark.parametrize("name", LONGEST)
def test_every_long_file_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_long_files_come_first_and_all_else_stays_in_its_order() -> None:
    ids = ["tests/b.py::2", f"{LONGEST[1]}::1", "tests/a.py::1", f"{LONGEST[0]}::2", f"{LONGEST[0]}::1"]
    items = [cast("pytest.Item", SimpleNamespace(nodeid=each)) for each in ids]
    assert [item.nodeid for item in longest_first(items)] == [ids[3], ids[4], ids[1], ids[0], ids[2]]
