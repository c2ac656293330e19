"""A file of archived records: byte for byte what was archived, whatever cut it short, and never written over."""

import asyncio
from pathlib import Path

import pytest

from services.audit.archive import selection as archive_selection
from services.audit.archive import static_files
from services.audit.refill.to_file import FileDiffers, copy
from services.audit.tlog.tree_store import sql
from tests.audit.conftest import Archive, record
from tests.audit.replaying import lines, to_file
from tests.audit.test_selection import TYPES, kept

pytestmark = pytest.mark.servers
SIZE = 2_500
"""More than two pages."""


@pytest.fixture
async def many(archive: Archive) -> Archive:
    await archive.keep([kept(nr) for nr in range(SIZE)])
    return archive


async def test_every_record_is_a_line_with_its_bytes_and_its_leaf(many: Archive, tmp_path: Path) -> None:
    result = await asyncio.to_thread(to_file, many.url, tmp_path / "all.jsonl")
    assert result.exit_code == 0, result.output
    assert f"{SIZE:,} records: 0 were there, {SIZE:,} were missing." in result.output
    rows = await many.pool.fetch(sql()["leaves"], 0, SIZE)
    assert lines(tmp_path / "all.jsonl") == [{"leaf": row["leaf"], **static_files.record(row)} for row in rows]


async def test_a_dry_run_says_what_the_run_then_does_and_writes_nothing(many: Archive, tmp_path: Path) -> None:
    out = tmp_path / "mandate.jsonl"
    ask = ("--stream", "mandate/1", "--type", TYPES[0], "--recorded-since", "2027-06-01")
    dry = await asyncio.to_thread(to_file, many.url, out, *ask, "--dry-run")
    assert not out.exists()
    run = await asyncio.to_thread(to_file, many.url, out, *ask)
    assert dry.output.splitlines()[:-1] == run.output.splitlines()
    assert dry.output.splitlines()[-1] == "Nothing was written: this is the difference that it would make."
    written = lines(out)
    assert len(written) == int(run.output.split()[0])
    assert [line["leaf"] for line in written] == [nr for nr in range(151, SIZE) if nr % 3 == 1 and nr % 2 == 0]


async def test_a_run_that_was_cut_short_anywhere_is_taken_up_and_then_changes_nothing(
    many: Archive, tmp_path: Path
) -> None:
    whole, out = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    await asyncio.to_thread(to_file, many.url, whole)
    content = whole.read_bytes()
    for cut in (0, 1, len(content) // 2, len(content) - 1, len(content)):
        out.write_bytes(content[:cut])
        there = content[:cut].count(b"\n")
        result = await asyncio.to_thread(to_file, many.url, out)
        assert result.output.startswith(f"{SIZE:,} records: {there:,} were there, {SIZE - there:,} were missing.")
        assert out.read_bytes() == content
    before = out.stat().st_mtime_ns
    await asyncio.to_thread(to_file, many.url, out)
    assert (out.read_bytes(), out.stat().st_mtime_ns) == (content, before)


async def test_a_database_that_goes_away_midway_leaves_a_file_that_is_taken_up(
    many: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, real, pages = tmp_path / "cut.jsonl", archive_selection._page, 0

    def cut(*given: object) -> archive_selection.SelectedPage:
        nonlocal pages
        pages += 1
        if pages == 2:
            raise ConnectionResetError("the server went away")
        return real(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(archive_selection, "_page", cut)
        result = await asyncio.to_thread(to_file, many.url, out)
    assert result.exit_code == 1
    assert "A database cannot be read (ConnectionResetError" in result.output
    there = len(lines(out))
    assert 0 < there < SIZE
    result = await asyncio.to_thread(to_file, many.url, out)
    assert result.output.startswith(f"{SIZE:,} records: {there:,} were there")
    assert [line["leaf"] for line in lines(out)] == [*range(SIZE)]


async def test_the_file_grows_with_the_archive(many: Archive, tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    await asyncio.to_thread(to_file, many.url, out)
    await many.keep([record(SIZE + 1, topic="approvals.commands")])
    result = await asyncio.to_thread(to_file, many.url, out)
    assert f"{SIZE:,} were there, 1 were missing" in result.output
    assert len(lines(out)) == SIZE + 1


@pytest.mark.parametrize("spoilt", ["another line\n", "more", "changed"])
async def test_a_file_that_says_something_else_is_left_as_it_is(many: Archive, tmp_path: Path, spoilt: str) -> None:
    out = tmp_path / "mine.jsonl"
    await asyncio.to_thread(to_file, many.url, out)
    content = out.read_bytes()
    wrong = {
        "another line\n": b"another line\n" + content,
        "more": content + b"more",
        "changed": content.replace(b'"offset": 1200', b'"offset": 1201'),
    }[spoilt]
    out.write_bytes(wrong)
    result = await asyncio.to_thread(to_file, many.url, out)
    assert result.exit_code == 1
    assert "It is left as it is: name another file" in result.output
    assert out.read_bytes() == wrong


@pytest.mark.parametrize(
    ("ask", "expected", "code"),
    [
        (
            ("--topic", "approval.events"),
            "There is no topic 'approval.events' in this archive. There are: approvals.",
            1,
        ),
        (
            ("--service", "aprovals"),
            "There is no service 'aprovals' in this archive. There are: approvals, vacancies.",
            1,
        ),
        (("--type", "MandateProposes"), "There is no type 'MandateProposes' in this archive. Did you mean Mandate", 2),
        (("--effective-since", "yesterday"), "--effective-since 'yesterday' is no time: give 2024-03-12", 2),
        (("--recorded-until", "2024-03-12T09:30:00"), "has no offset: write e.g. 2024-03-12T09:30:00Z", 2),
        (("--recorded-until", "2024-01-01", "--recorded-since", "2024-01-02"), "nothing lies between them", 2),
        (("--as", "a=b"), "--as goes with --to topic, not with --to file.", 2),
        (("--back",), "--back goes with --to views, not with --to file.", 2),
        (("--as-far-as", "approvals.events=7"), "is no place: write e.g. approvals.events/0=1200", 2),
    ],
)
async def test_a_filter_that_cannot_be_meant_is_reported_with_the_remedy(
    many: Archive, tmp_path: Path, ask: tuple[str, ...], expected: str, code: int
) -> None:
    result = await asyncio.to_thread(to_file, many.url, tmp_path / "none.jsonl", *ask)
    assert expected in result.output
    assert result.exit_code == code


async def test_as_far_as_a_vector_of_offsets(many: Archive, tmp_path: Path) -> None:
    """What a report of some day had seen, and no more."""
    out = tmp_path / "seen.jsonl"
    await asyncio.to_thread(
        to_file, many.url, out, "--as-far-as", "approvals.events/0=13", "--as-far-as", f"{'approvals.commands'}/1=8"
    )
    assert [line["offset"] for line in lines(out)] == [0, 1, 6, 7, 12]


async def test_a_place_that_cannot_be_written_is_reported(many: Archive, tmp_path: Path) -> None:
    result = await asyncio.to_thread(to_file, many.url, tmp_path / "no" / "such" / "file")
    assert (result.exit_code, "cannot be written: No such file or directory" in result.output) == (1, True)


async def test_a_database_that_does_not_answer_is_reported_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://audit:very-secret@127.0.0.1:1/forcegen"
    result = await asyncio.to_thread(to_file, url, tmp_path / "out")
    assert result.exit_code == 1
    assert "The database of audit does not answer" in result.output
    assert "very-secret" not in result.output


def test_a_copy_that_ends_early_keeps_what_it_wrote(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), copy(tmp_path / "f", dry_run=False) as one:
        one.take(b"one\n")
        raise RuntimeError
    with copy(tmp_path / "f", dry_run=False) as one:
        one.take(b"one\n")
        one.take(b"two\n")
        one.finish()
    assert (one.there, one.missing, (tmp_path / "f").read_bytes()) == (1, 1, b"one\ntwo\n")
    with pytest.raises(FileDiffers, match="line 2 is another"), copy(tmp_path / "f", dry_run=True) as one:
        one.take(b"one\n")
        one.take(b"three\n")


def test_two_runs_do_not_mix_their_lines(tmp_path: Path) -> None:
    with copy(tmp_path / "f", dry_run=False) as one:
        with pytest.raises(FileDiffers, match="is being written by another run"), copy(tmp_path / "f", dry_run=False):
            pass
        one.take(b"one\n")
    assert (tmp_path / "f").read_bytes() == b"one\n"
