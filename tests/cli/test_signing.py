"""Keys, signed commands on their way out, and the offline check: what is signed is what is sent, to the byte."""

import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from cli.commands.send.ndjson import BadLine, CommandLine, read_lines
from cli.commands.send.send_and_wait import SendAndWait
from cli.commands.send.signed_lines import signed, signed_by_its_producer
from cli.input.key_files import read_key
from contracts.cloudevents import from_kafka
from contracts.raw_events import raw_from_kafka
from contracts.vectors import all_vectors
from contracts.vectors.messages import KEYS
from contracts.verifiability import MATERIAL, sign, verify
from operations.local_producers import registered
from tests.cli.test_command_lines import line
from tests.cli.test_commands import run
from tests.cli.test_send_and_wait import Heard, Kafka

KEY = KEYS["ed25519"]
SPELT = b'{"mandate": "kz-2013", "people": 1e2, "note": "\\u00e9"}'


def spelt(**changes: object) -> bytes:
    """A command whose data no writer of JSON would write the same."""
    text = line(datacontenttype="application/json", actor="clerk", data=0, **changes)
    return text.replace(b'"data": 0', b'"data": ' + SPELT)


def read(text: bytes) -> CommandLine | BadLine:
    (one,) = read_lines(io.BytesIO(text))
    return one


async def sent(one: CommandLine, *, structured: bool) -> tuple[bytes, list[tuple[str, bytes | None]]]:
    """Value and headers of the record that a line becomes."""
    kafka = Kafka()

    async def lines() -> Any:
        yield one

    await SendAndWait(kafka, None, Heard(), structured=structured).run(lines(), silence_s=1)
    ((_, key, value, headers),) = kafka.sent
    assert key == b"mandate/kz-2013"
    return value, [*headers]


@pytest.mark.parametrize("structured", [False, True])
async def test_a_signed_line_verifies_as_it_arrives(structured: bool) -> None:
    command = read(spelt(theirs=3))
    assert isinstance(command, CommandLine)
    one = signed(command, KEY)
    assert isinstance(one, CommandLine)
    value, headers = await sent(one, structured=structured)
    event = raw_from_kafka(value, headers)
    assert event.data == SPELT
    whole = verify(event.attributes, event.data, [KEY.public])
    assert (whole.signed, whole.dropped) == (("actor",), ("theirs",))
    assert from_kafka(None, value, headers).id == "c-1"


@pytest.mark.parametrize("structured", [False, True])
async def test_to_the_system_of_this_machine_a_line_is_signed_by_the_producer_that_has_its_source(
    tmp_path: Path, structured: bool
) -> None:
    """Given a line without a media type, as CloudEvents in JSON may be, then it goes out as JSON, signed."""
    keys = registered(tmp_path)
    command = read(line(source="urn:example:me", actor="clerk"))
    assert isinstance(command, CommandLine)
    one = signed_by_its_producer(command, keys)
    assert isinstance(one, CommandLine)
    assert signed_by_its_producer(one, keys) is one
    value, headers = await sent(one, structured=structured)
    event = raw_from_kafka(value, headers)
    key = keys.key_of("urn:example:me")
    assert key is not None
    assert verify(event.attributes, event.data, [key.public]).signed == ("actor",)
    assert event.attributes["datacontenttype"] == "application/json"


def test_a_line_whose_source_is_nobodys_here_is_named_with_the_remedy(tmp_path: Path) -> None:
    command = read(line(source="urn:nobody"))
    assert isinstance(command, CommandLine)
    bad = signed_by_its_producer(command, registered(tmp_path))
    assert isinstance(bad, BadLine)
    assert bad.field == "source"
    assert "'urn:nobody'" in bad.reason and "urn:example:me" in bad.remedy


@pytest.mark.parametrize("structured", [False, True])
async def test_a_line_that_was_signed_elsewhere_goes_out_as_it_was_signed(structured: bool) -> None:
    command = read(spelt())
    assert isinstance(command, CommandLine)
    event = raw_from_kafka(command.text, [("content-type", b"application/cloudevents+json")])
    material = sign(event.attributes, event.data, KEY)
    again = read(spelt(**{MATERIAL: material}))
    assert isinstance(again, CommandLine)
    value, headers = await sent(again, structured=structured)
    arrived = raw_from_kafka(value, headers)
    assert verify(arrived.attributes, arrived.data, [KEY.public]).signed == ("actor",)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"datacontenttype": None}, "datacontenttype"),
        ({MATERIAL: "x"}, MATERIAL),
        ({"time": "2016-12-31T23:59:60Z"}, "time"),
    ],
)
def test_a_line_that_cannot_be_signed_is_named_with_its_remedy(changes: dict[str, object], field: str) -> None:
    command = read(line(**{"datacontenttype": "application/json", **changes}))
    one = signed(command, KEY) if isinstance(command, CommandLine) else command
    assert isinstance(one, BadLine) and field in str(one) and one.remedy


def test_a_new_key_is_readable_by_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    for algorithm in ("ed25519", "p256"):
        file = tmp_path / algorithm
        made = run("keys", "new", file, "--algorithm", algorithm)
        assert made.exit_code == 0 and f"public key {algorithm}:" in made.stdout
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "PRIVATE" not in made.output and run("keys", "show", file).stdout == made.stdout
        before = file.read_bytes()
        again = run("keys", "new", file)
        assert again.exit_code == 1 and "never overwritten" in again.stderr and file.read_bytes() == before


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(KEY.to_pem())
    file.chmod(0o640)
    for command in (("keys", "show", file), ("send", file, "--sign", file, "--bootstrap", "127.0.0.1:1")):
        result = run(*command)
        assert result.exit_code == 1 and "chmod 600" in result.stderr
    file.chmod(0o600)
    file.write_text("hunter2")
    result = run("keys", "show", file)
    assert result.exit_code == 1 and "hunter2" not in result.output
    assert run("keys", "new", tmp_path / "no" / "key").exit_code == 1


def event_file(tmp_path: Path, **changes: object) -> Path:
    command = read(spelt(**changes))
    assert isinstance(command, CommandLine)
    one = signed(command, KEY)
    assert isinstance(one, CommandLine)
    file = tmp_path / "event.json"
    file.write_bytes(one.text)
    return file


def test_an_event_is_verified_offline_and_what_is_covered_is_shown(tmp_path: Path) -> None:
    file = event_file(tmp_path, theirs="x")
    result = run("verify-event", file, "--key", KEYS["p256"].public.text, "--key", KEY.public.text)
    assert result.exit_code == 0, result.output
    for shown in ("verified: core and extensions", KEY.public.text, "clerk", f"{len(SPELT)} bytes", "theirs"):
        assert shown in result.stdout
    document = json.loads(run("verify-event", file, "--key", KEY.public.text, "--json").stdout)
    assert (document["verified"]["signed"], document["verified"]["dropped"]) == (["actor"], ["theirs"])


async def test_a_file_is_signed_here_and_sent_from_elsewhere(tmp_path: Path) -> None:
    key, file = tmp_path / "key", tmp_path / "commands.ndjson"
    assert run("keys", "new", key).exit_code == 0
    file.write_bytes(spelt() + b"{\n" + spelt(id="c-2"))
    result = run("sign", file, "--key", key)
    assert result.exit_code == 1 and "line 2" in result.stderr
    again = list(read_lines(io.BytesIO(result.stdout_bytes)))
    assert [one.envelope.id for one in again if isinstance(one, CommandLine)] == ["c-1", "c-2"]
    for one in again:
        assert isinstance(one, CommandLine)
        value, headers = await sent(one, structured=False)
        event = raw_from_kafka(value, headers)
        assert event.data == SPELT
        assert verify(event.attributes, event.data, [read_key(key).public]).signed == ("actor",)


def test_without_a_key_nothing_is_verified(tmp_path: Path) -> None:
    result = run("verify-event", event_file(tmp_path))
    assert result.exit_code == 1
    assert "claimed, not verified" in result.stdout and "--key" in result.stderr


def test_each_failure_is_shown_with_its_reason(tmp_path: Path) -> None:
    file, key = event_file(tmp_path), ("--key", KEY.public.text)
    file.write_bytes(file.read_bytes().replace(b"clerk", b"chief"))
    result = run("verify-event", file, *key)
    assert result.exit_code == 1 and "not verified (extension-digest)" in result.stderr
    assert json.loads(run("verify-event", file, *key, "--json").stdout)["refused"] == "extension-digest"
    file.write_bytes(b"{")
    assert "not verified (event)" in run("verify-event", file, *key).stderr
    file.write_bytes(line())
    assert "not verified (unsigned)" in run("verify-event", file).stderr
    assert run("verify-event", file, "--key", "ed25519:x").exit_code == 2
    assert run("verify-event", tmp_path / "none").exit_code == 1


def test_a_terminal_is_not_moved_by_an_attribute(tmp_path: Path) -> None:
    result = run("verify-event", event_file(tmp_path, source="urn:\x1b[2J\u202ex"), "--key", KEY.public.text)
    assert result.exit_code == 0 and "\\x1b[2J\\u202ex" in result.stdout and "\x1b" not in result.stdout


@pytest.mark.parametrize("in_bundle", [False, True])
def test_a_record_of_the_archive_is_verified_alike(tmp_path: Path, in_bundle: bool) -> None:
    vector = next(one for one in all_vectors() if one.name == "kafka-binary")
    headers: list[list[object]] = [[name, text.encode().hex()] for name, text in vector.headers]
    record = {"topic": "t", "headers": [*headers, [{"hex": "ff"}, None]], "value": vector.body.hex()}
    file = tmp_path / "record.json"
    file.write_text(json.dumps({"format": "forcegen.audit.bundle/1", "record": record} if in_bundle else record))
    result = run("verify-event", file, "--key", KEY.public.text)
    assert result.exit_code == 0, result.output
    file.write_text(json.dumps(record | {"headers": 3}))
    assert "not verified (event)" in run("verify-event", file, "--key", KEY.public.text).stderr


def test_the_commands_explain_themselves() -> None:
    for command in (("keys", "new"), ("keys", "show"), ("keys", "library"), ("verify-event",), ("sign",), ("send",)):
        result = run(*command, "--help")
        assert f"forcegen {' '.join(command)}" in result.stdout and "Exit codes:" in result.stdout
