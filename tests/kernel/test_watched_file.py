"""A file of permissions is read when it changes, once, and a wrong one changes nothing."""

from pathlib import Path

import pytest

from kernel.identity.watched_file import WatchedFile


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "permissions"
    file.write_text("1")
    return file


def test_a_wrong_file_is_read_once_however_many_requests_come_and_a_corrected_one_counts(file: Path) -> None:
    readings: list[str] = []

    def parse(text: str) -> int:
        readings.append(text)
        return int(text)

    watched = WatchedFile(file, parse)
    file.write_text("no number")
    assert [watched.current() for _ in range(5)] == [1] * 5
    assert readings == ["1", "no number"]
    file.write_text("22")
    assert [watched.current() for _ in range(5)] == [22] * 5
    assert readings == ["1", "no number", "22"]


def test_a_file_that_is_away_changes_nothing_and_counts_when_it_is_back(file: Path) -> None:
    watched = WatchedFile(file, int)
    file.rename(file.with_name("aside"))
    assert watched.current() == 1
    file.mkdir()
    assert [watched.current() for _ in range(2)] == [1, 1]
    file.rmdir()
    file.write_text("22")
    assert watched.current() == 22
