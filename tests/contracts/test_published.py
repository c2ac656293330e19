"""What is published is what the contracts say: nothing stale, nothing missing, every example true."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from contracts import dead_letters
from contracts.asyncapi import OF_A_PRODUCER
from contracts.cloudevents import Envelope, from_http, from_kafka
from contracts.examples import EXAMPLES
from contracts.publish import PUBLISHED, VECTORS, WORDS, artefacts, file_name, main, stale, write
from contracts.registry import COMMANDS, EVENTS, OUTCOME_TYPE, SERVICES, schema_name, schema_version, type_name
from contracts.words import Event, Message

BY_TYPE: dict[str, type[Message]] = {type_name(word): word for word in WORDS}
ASYNCAPI: dict[str, Any] = json.loads((PUBLISHED / "asyncapi.json").read_bytes())
PUBLISHED_EXAMPLES = sorted((PUBLISHED / "examples").glob("*.json"))


def test_nothing_published_is_stale() -> None:
    assert stale() == [], "run `python -m contracts.publish`"


def test_every_word_has_one_example_and_one_schema() -> None:
    assert sorted(type(example).__name__ for example in EXAMPLES) == sorted(word.__name__ for word in WORDS)
    assert BY_TYPE.keys() == {*COMMANDS, *EVENTS, OUTCOME_TYPE}
    names = {file_name(word) for word in WORDS}
    expected = {f"{kind}/{name}" for kind in ("schemas", "examples") for name in names}
    assert artefacts().keys() == expected | {"asyncapi.json", VECTORS}


def test_check_names_each_stale_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    word = file_name(WORDS[0])
    assert main(["--into", str(tmp_path)]) == 0
    assert main(["--check", "--into", str(tmp_path)]) == 0
    (tmp_path / "schemas" / word).write_text("{}")
    (tmp_path / "examples" / word).unlink()
    (tmp_path / "schemas" / "approvals.Nothing.v1.json").write_text("{}")
    assert main(["--check", "--into", str(tmp_path)]) == 1
    output = capsys.readouterr().out
    assert re.findall(r"stale: (.*)", output) == [
        f"examples/{word}",
        "schemas/approvals.Nothing.v1.json",
        f"schemas/{word}",
    ]
    write(tmp_path)
    assert stale(tmp_path) == []


def test_an_earlier_version_stays_as_it_was_published(tmp_path: Path) -> None:
    write(tmp_path)
    earlier = tmp_path / "schemas" / file_name(WORDS[0]).replace(".v1.", ".v0.")
    earlier.write_text("{}")
    write(tmp_path)
    assert earlier.exists()
    assert stale(tmp_path) == []


def test_the_command_answers_a_shell() -> None:
    checked = subprocess.run([sys.executable, "-m", "contracts.publish", "--check"], capture_output=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, b"")


def test_no_service_reads_examples_or_the_generator_when_it_runs() -> None:
    program = (
        "import contracts.registry, contracts.cloudevents, contracts.raw_events, sys;"
        "sys.exit(any(name.startswith(tuple('contracts.' + each for each in"
        " ('examples', 'publish', 'asyncapi', 'vectors'))) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("file", PUBLISHED_EXAMPLES, ids=lambda file: file.stem)
def test_an_example_fits_its_schema_and_is_read_back_the_same(file: Path) -> None:
    text = file.read_bytes()
    envelope = from_kafka(None, text, [("content-type", b"application/cloudevents+json")])
    schema = json.loads((PUBLISHED / "schemas" / file.name).read_bytes())
    assert (schema["$id"], schema["title"]) == (envelope.dataschema, file.stem.split(".")[1])
    assert schema["description"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(
        json.loads(envelope.data)
    )
    word = BY_TYPE[envelope.type]
    example = word.model_validate_json(envelope.data)
    assert example.stream == envelope.subject
    if schema_version(envelope.dataschema) == word.schema_version:
        assert example in EXAMPLES
        assert envelope.dataschema == schema_name(word)
        assert json.loads(example.model_dump_json()) == json.loads(envelope.data)


def test_examples_of_events_carry_every_extension() -> None:
    for file in PUBLISHED_EXAMPLES:
        (event,) = from_http({"content-type": "application/cloudevents+json"}, file.read_bytes())
        assert isinstance(event, Envelope), event
        if issubclass(BY_TYPE[event.type], Event):
            extensions = (event.stream_version, event.position, event.recorded_time)
            names = (event.correlation_id, event.causation_id, event.actor, event.time)
            assert None not in (*extensions, *names), file.name


# AsyncAPI 3.0.


def references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [reference for inner in node.values() for reference in references(inner)]
    return [reference for inner in node for reference in references(inner)] if isinstance(node, list) else []


def resolved(reference: str) -> Any:
    node: Any = ASYNCAPI
    assert reference.startswith("#/"), reference
    for step in reference[2:].split("/"):
        node = node[step]
    return node


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    all_references = references(ASYNCAPI)
    assert len(all_references) > 500
    for reference in all_references:
        assert resolved(reference), reference


def test_the_asyncapi_document_has_the_shape_of_the_specification() -> None:
    assert ASYNCAPI["asyncapi"] == "3.0.0"
    assert ASYNCAPI.keys() <= {"asyncapi", "info", "defaultContentType", "channels", "operations", "components"}
    assert {"title", "version"} <= ASYNCAPI["info"].keys()
    for kind in ("schemas", "messages"):
        assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in ASYNCAPI["components"][kind])
    for channel in ASYNCAPI["channels"].values():
        of_a_producer = {"parameters"} if "{producer}" in channel["address"] else set()
        assert channel.keys() == {"address", "description", "messages", *of_a_producer}
    for operation in ASYNCAPI["operations"].values():
        assert operation["action"] in ("send", "receive")
        # A message of an operation refers to the channel's, never to the components' (AsyncAPI 3.0, Operation Object).
        at = operation["channel"]["$ref"]
        assert all(message["$ref"].startswith(f"{at}/messages/") for message in operation["messages"])
        assert len(operation["messages"]) == len(resolved(at)["messages"])


def test_every_service_has_its_topics_each_in_its_direction() -> None:
    directions = {op["channel"]["$ref"].rpartition("/")[2]: op["action"] for op in ASYNCAPI["operations"].values()}
    kinds = {"commands": "receive", "events": "send", "outcomes": "send", "admitted": "send"}
    kinds |= {"dead-letters": "send", OF_A_PRODUCER: "receive"}
    assert directions == {f"{service}.{kind}": action for service in SERVICES for kind, action in kinds.items()}
    assert ASYNCAPI["channels"].keys() == directions.keys()
    for service in SERVICES:
        own = ASYNCAPI["channels"][f"{service}.{OF_A_PRODUCER}"]
        assert (own["address"], [*own["parameters"]]) == (f"{service}.commands.{{producer}}", ["producer"])


def test_every_word_has_its_place_in_the_asyncapi_document() -> None:
    placed = {
        (address, resolved(message["$ref"])["name"])
        for address, channel in ASYNCAPI["channels"].items()
        for message in channel["messages"].values()
    }
    expected = {(f"{word.service}.commands", name) for name, word in COMMANDS.items()}
    outside = {name: word for name, word in COMMANDS.items() if not word.is_internal}
    expected |= {(f"{word.service}.{OF_A_PRODUCER}", name) for name, word in outside.items()}
    expected |= {(f"{word.service}.events", name) for name, word in EVENTS.items()}
    expected |= {(f"{service}.outcomes", OUTCOME_TYPE) for service in SERVICES}
    expected |= {(f"{service}.admitted", "AdmittedCommand") for service in SERVICES}
    assert placed == expected | {(f"{service}.dead-letters", "DeadLetter") for service in SERVICES}


def test_every_message_shows_an_example_that_fits_its_headers_and_payload() -> None:
    registry = Registry().with_resource("urn:asyncapi", DRAFT202012.create_resource(ASYNCAPI))
    for name, message in ASYNCAPI["components"]["messages"].items():
        assert message["bindings"]["kafka"]["key"]["description"]
        for example in message.get("examples", ()):
            for part in ("headers", "payload"):
                schema = {"$ref": f"urn:asyncapi{message[part]['$ref']}"}
                jsonschema.Draft202012Validator(schema, registry=registry).validate(example[part])
        assert name in ("AdmittedCommand", "DeadLetter") or message["examples"], name


def test_dead_letters_are_described_with_every_header() -> None:
    headers = ASYNCAPI["components"]["schemas"]["DeadLetterHeaders"]
    assert headers["properties"].keys() == dead_letters.HEADERS.keys()
