"""Which pages have their commands run (tests/e2e/test_documented_commands.py), and which have not, by name."""

import os
from pathlib import Path

from tests.documented_commands import COMMANDS, NOT_RUN_MAX, NOT_YET, PAGES, blocks, run

HOW_TO = Path("docs/how-to")


def test_every_page_with_commands_is_run_or_has_a_reason() -> None:
    """A new page goes into `PAGES` of tests/documented_commands.py, or into `NOT_YET` with the reason."""
    pages = {path.stem for path in HOW_TO.glob("*.md") if blocks(path)}
    run_there = {Path(page).stem for page in PAGES} - {"README"}
    assert run_there & NOT_YET.keys() == set()
    assert pages - run_there - NOT_YET.keys() == set()
    assert (run_there | NOT_YET.keys()) - pages == set()


def test_a_block_says_what_it_is_and_few_are_not_run() -> None:
    every = [block for page in PAGES for block in blocks(Path(page))]
    assert [f"{block.page}:{block.line}" for block in every if not block.kind] == []
    assert [block for block in every if block.not_run and block.kind not in COMMANDS] == []
    assert len([block for block in every if block.not_run]) <= NOT_RUN_MAX


def test_a_wrong_output_and_a_failing_command_are_named(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo one\no…\n$ echo two\nthree\n```\n\n```sh\nfalse\n```\n")
    wrong, failing = run(page, tmp_path, os.environ)
    assert "page.md:2: echo two" in wrong
    assert "instead of\nthree" in wrong
    assert "page.md:9: false" in failing
    assert "ended with 1" in failing
