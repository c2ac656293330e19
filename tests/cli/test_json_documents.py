"""A file of commands as people have them: printed prettily, as one array, as a table; understood, or explained."""

import io
import json

import pytest

from cli.commands.send import ndjson
from cli.commands.send.ndjson import BadLine, CommandLine, read_lines
from cli.input.json_documents import NotJson, documents
from tests.cli.test_command_lines import COMMAND, line

SECOND = COMMAND | {"id": "c-2"}
THIRD = COMMAND | {"id": "c-3"}


def read(text: str) -> list[CommandLine | BadLine]:
    return list(read_lines(io.BytesIO(text.encode())))


def ids(lines: list[CommandLine | BadLine]) -> list[tuple[int, str]]:
    """Where each begins, and its id; the field at fault, of one that cannot be sent."""
    return [(one.number, one.envelope.id if isinstance(one, CommandLine) else f"!{one.field}") for one in lines]


@pytest.mark.parametrize("indent", [0, 2, "\t"])
def test_one_command_over_many_lines_is_a_command(indent: int | str) -> None:
    (command,) = read(json.dumps(COMMAND, indent=indent) + "\n")
    assert isinstance(command, CommandLine)
    assert (command.number, command.key) == (1, ("urn:mfa:kz", "c-1"))


def test_several_are_each_one_with_the_line_where_it_begins() -> None:
    text = "\n\n".join(json.dumps(one, indent=2) for one in (COMMAND, SECOND))
    assert ids(read(f"\n{text}\n")) == [(2, "c-1"), (14, "c-2")]


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_is_its_items(indent: int | None) -> None:
    items = read(json.dumps([COMMAND, SECOND, THIRD], indent=indent))
    assert [id_ for _, id_ in ids(items)] == ["c-1", "c-2", "c-3"]
    if indent:
        assert [number for number, _ in ids(items)] == [2, 13, 24]


def test_an_array_with_one_item_a_line_keeps_the_numbers_of_the_lines() -> None:
    text = "[\n" + ",\n".join(json.dumps(one) for one in (COMMAND, {**SECOND, "time": None}, THIRD)) + "\n]\n"
    assert ids(read(text)) == [(2, "c-1"), (3, "!time"), (4, "c-3")]


def test_what_was_written_is_what_is_sent_and_signed() -> None:
    text = json.dumps(COMMAND, indent=2)
    (command,) = read(text)
    assert isinstance(command, CommandLine)
    assert command.text == text.encode()


def test_a_comma_too_few_is_named_with_its_line_and_what_came_before_is_kept() -> None:
    text = "[\n" + json.dumps(COMMAND) + "\n" + json.dumps(SECOND) + "\n]"
    first, fault = read(text)
    assert isinstance(first, CommandLine)
    assert str(fault).startswith("line 3: line: It is no JSON from column 1 on (`,` or `]` is missing behind an item")
    assert "jq -c" in str(fault)


def test_an_object_that_does_not_end_is_one_fault_and_not_one_a_line() -> None:
    (fault,) = read(json.dumps(COMMAND, indent=2)[:-2])
    assert isinstance(fault, BadLine)
    assert (fault.number, "no JSON from column" in fault.reason) == (10, True)


def test_a_first_line_at_fault_costs_no_other_line() -> None:
    lines = read('{"id": \n' + line(id="c-2").decode() + line(id="c-3").decode())
    assert ids(lines) == [(1, "!line"), (2, "c-2"), (3, "c-3")]


@pytest.mark.parametrize("header", ["date,contributor,mission,total", "date;contributor;total", "a\tb\tc"])
def test_a_table_is_explained_once(header: str) -> None:
    (fault,) = read(f"{header}\n" + "2014-01-31,KAZ,MINURSO,5\n" * 1_000)
    assert isinstance(fault, BadLine)
    assert "forcegen import strength-returns" in fault.remedy


def test_a_file_of_documents_is_read_to_a_size_and_as_lines_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "DOCUMENTS_BYTES_MAX", 100)
    lines = read("[\n" + line().decode() + line(id="c-2").decode())
    assert ids(lines) == [(1, "!line"), (2, "c-1"), (3, "c-2")]


def test_a_document_that_is_too_long_is_named_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "LINE_BYTES_MAX", 400)
    long = COMMAND | {"data": {"text": "x" * 20, **{f"n{nr}": nr for nr in range(40)}}}
    assert ids(read(json.dumps([long, SECOND], indent=2))) == [(2, "!line"), (53, "c-2")]


@pytest.mark.parametrize("text", ["[", "[1 2]", "[1,]", "{", '{"a": 1} x', "[" * 100_000])
def test_what_is_no_json_has_a_place(text: str) -> None:
    with pytest.raises(NotJson) as fault:
        list(documents(text))
    assert fault.value.line == 1
    assert fault.value.column > 0


@pytest.mark.parametrize("text", ["", " \r\n\t", "[]", "[ ]\n[]"])
def test_nothing_is_nothing(text: str) -> None:
    assert list(documents(text)) == []
