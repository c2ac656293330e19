"""Tables at 60, 80 and 120 characters: nothing is cut, no id is broken, and what is too wide stands as blocks."""

import io
import re
from collections.abc import Iterator

import pytest
from rich.cells import cell_len
from rich.console import Console

from cli.output.errors import CommandError
from cli.output.tables import ShownTable, number, prose, table

ID = "forcegen.deployments.events/2/1041-0f6b2f0e-7d0b-5f6e"
SENTENCE = "The record is not JSON, and nobody can say what it was meant to ask for."
WIDTHS = (60, 80, 120)


def letters(rows: int = 3) -> ShownTable:
    """What `dead-letters` shows: two names, a number, two sentences."""
    shown = table("service", number("position"), "origin", prose("reason"), prose("remedy"))
    for row in range(rows):
        shown.row("approvals", f"{row + 12_345:,}", f"{ID}-{row}", SENTENCE, "Correct it, and send it again.")
    shown.total("total", "37,038", None, None, None)
    return shown


def text(shown: ShownTable, width: int | None) -> str:
    drawn = shown.drawn(width)
    if drawn is None:
        return "\n".join(shown.blocks(width or 0)) + "\n"
    out = io.StringIO()
    Console(file=out, width=width or shown.natural_width, highlight=False).print(drawn)
    return out.getvalue()


def words(output: str) -> Iterator[str]:
    yield from re.sub(r"[│┃━┏┓┡┩╇┳└┘┴─├┤┼]", " ", output).split()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_cell_and_every_title_is_there_and_every_id_is_whole(width: int) -> None:
    output = text(letters(), width)
    said = list(words(output))
    for word in ("service", "position", "origin", "reason", "remedy", "12,346", "37,038", *SENTENCE.split()):
        assert word in said, word
    assert all(f"{ID}-{row}" in said for row in range(3))
    assert "…" not in output


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_terminal_unless_an_id_is(width: int) -> None:
    lines = text(letters(), width).splitlines()
    assert [line for line in lines if cell_len(line) > width and ID not in line] == []


def test_what_fits_is_a_table_and_what_does_not_is_a_block_a_record() -> None:
    assert "│" in text(letters(), 200)
    narrow = text(letters(), 60)
    assert "│" not in narrow
    assert narrow.count("── ") == 4
    assert "── 2 of 3" in narrow
    assert "── total" in narrow


def test_lines_between_columns_go_before_the_table_does() -> None:
    shown = table("one", "two")
    shown.row("a" * 28, "b" * 28)
    assert "│" in text(shown, 63)
    assert "│" not in text(shown, 62)
    assert "── " not in text(shown, 58)
    assert "── 1 of 1" in text(shown, 57)


def test_outside_a_terminal_a_row_is_a_line() -> None:
    lines = [line for line in text(letters(), None).splitlines() if "approvals" in line]
    assert [SENTENCE in line and ID in line for line in lines] == [True] * 3


def test_columns_are_chosen_in_the_order_of_their_names_with_their_totals() -> None:
    chosen = letters().only("position, service")
    assert [one.name for one in chosen.columns] == ["position", "service"]
    assert chosen.rows[0] == ("12,345", "approvals")
    assert chosen.totals == ("37,038", "total")


def test_an_unknown_column_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(
        CommandError, match=r"no column 'why' here. Name some of: service,position,origin,reason,remedy"
    ):
        letters().only("service,why")


def test_no_cell_moves_a_cursor_or_is_parsed_as_markup() -> None:
    shown = table("name")
    shown.row("\x1b[2J[bold]:smile:\u202e")
    for width in (*WIDTHS, None):
        assert "\\x1b[2J[bold]:smile:\\u202e" in text(shown, width)


def test_a_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        table("one", "two").row("only")
