"""A file of commands, line by line: what can be sent, and what is reported of the rest."""

import io
import json

import pytest

from cli.commands.send.ndjson import LINE_BYTES_MAX, BadLine, CommandLine, read_lines

COMMAND = {
    "specversion": "1.0",
    "id": "c-1",
    "source": "urn:mfa:kz",
    "type": "forcegen.approvals.ProposeMandate",
    "subject": "mandate/kz-2013",
    "time": "2014-03-12T09:30:00Z",
    "data": {"mandate": "kz-2013"},
}


def line(**changes: object) -> bytes:
    return json.dumps({k: v for k, v in {**COMMAND, **changes}.items() if v is not None}).encode() + b"\n"


def read(*lines: bytes) -> list[CommandLine | BadLine]:
    return list(read_lines(io.BytesIO(b"".join(lines))))


def test_a_command_goes_to_the_service_that_its_type_names() -> None:
    (parsed,) = read(line(type="forcegen.deployments.RecordArrival"))
    assert isinstance(parsed, CommandLine)
    assert parsed.service == "deployments"
    assert parsed.key == ("urn:mfa:kz", "c-1")


@pytest.mark.parametrize("field", ["id", "source", "time", "subject", "type", "specversion"])
def test_nothing_is_made_up_for_a_line(field: str) -> None:
    (parsed,) = read(line(**{field: None}))
    assert isinstance(parsed, BadLine)
    assert parsed.field == field
    assert parsed.remedy


def test_a_line_with_effectivetime_is_not_sent_to_be_refused() -> None:
    (line_read,) = read(line(effectivetime="2022-07-01T00:00:00Z"))
    assert isinstance(line_read, BadLine)
    assert line_read.field == "effectivetime"
    assert "attribute time" in line_read.remedy


@pytest.mark.parametrize("name", ["approvals.ProposeMandate", "forcegen.reporting.Rebuild", "forcegen.approvals", "x"])
def test_a_type_of_no_deciding_service_is_named(name: str) -> None:
    (parsed,) = read(line(type=name))
    assert isinstance(parsed, BadLine)
    assert parsed.field == "type"
    assert "approvals, vacancies, deployments" in parsed.remedy


@pytest.mark.parametrize("end", [b"\r", b"\r\n", b"\n"], ids=["CR", "CRLF", "LF"])
def test_lines_end_as_on_any_system(end: bytes) -> None:
    parsed = list(read_lines(io.BytesIO(end.join([line().strip(), b"", line(id="c-2").strip()]))))
    assert [(one.number, isinstance(one, CommandLine)) for one in parsed] == [(1, True), (3, True)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be"])
def test_a_file_in_another_encoding_is_named_as_that(encoding: str) -> None:
    (parsed,) = read_lines(io.BytesIO((line() + line()).decode().encode(encoding)))
    assert isinstance(parsed, BadLine)
    assert "encoded in UTF-" in str(parsed)


def test_bad_lines_keep_their_numbers_and_the_rest_goes_in() -> None:
    parsed = read(line(), b"\n", b"{\n", line(id="c-2"), b"\xff\xfe\n", b"[]\n", line(id="c-3").rstrip())
    assert [(one.number, isinstance(one, CommandLine)) for one in parsed] == [
        (1, True),
        (3, False),
        (4, True),
        (5, False),
        (6, False),
        (7, True),
    ]


def test_a_line_that_is_too_long_is_never_held_and_the_next_one_is_read() -> None:
    long, good = read(b'{"id": "' + b"x" * (3 * LINE_BYTES_MAX) + b'"}\n', line())
    assert isinstance(long, BadLine)
    assert isinstance(good, CommandLine)
    assert (long.number, good.number) == (1, 2)
    assert long.size > 3 * LINE_BYTES_MAX


def test_a_byte_order_mark_of_a_windows_editor_does_no_harm() -> None:
    (parsed,) = read(b"\xef\xbb\xbf" + line())
    assert isinstance(parsed, CommandLine)


def test_a_bad_line_is_described_in_one_line() -> None:
    (parsed,) = read(line(time=None))
    assert str(parsed).startswith("line 1: time: The attribute time is missing.")
    assert "\n" not in str(parsed)
