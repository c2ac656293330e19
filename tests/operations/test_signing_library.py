"""The library that signs and verifies, as a producer has it: installed, or read from the wheel as it is."""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from contracts import verifiability
from contracts.publish import PUBLISHED, VECTORS
from contracts.raw_events import RawEvent
from contracts.vectors.messages import KEYS
from contracts.verifiability import MATERIAL, verify
from operations.signing_library import library_wheel, write_library
from tests.architecture.sources import ROOT
from tests.bare_python import BarePython
from tests.built_elsewhere import built_elsewhere
from tests.contracts.test_verifiability_vectors import events_of

DOCUMENT: dict[str, Any] = json.loads((PUBLISHED / VECTORS).read_bytes())
SIGNED_ALIKE = ("kafka-binary", "p256")
"""Vectors whose envelope is written as the library writes it."""


class Producer:
    """A directory of a producer, where a bare Python reaches the library in one of its forms."""

    def __init__(self, directory: Path, form: str) -> None:
        wheel, _ = write_library(directory)
        self.reach = directory / "installed" if form == "installed" else wheel
        if form == "installed":
            install = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target")
            subprocess.run([sys.executable, *install, str(self.reach), str(wheel)], check=True)
        self.directory = directory
        self._python = BarePython(directory / "libraries")

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Python in that directory."""
        return self._python(*arguments, cwd=self.directory, path=self.reach)


@pytest.fixture(scope="module", params=["installed", "from the zip"])
def producer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Producer:
    return Producer(tmp_path_factory.mktemp("producer"), request.param)


def test_the_library_alone_signs_and_verifies_every_published_vector(producer: Producer) -> None:
    """Given every event that can be read from a message, the library says what the file says, and signs the same."""
    vectors, events, expected = [], [], []
    for vector in DOCUMENT["vectors"]:
        for event, says in zip(events_of(vector), vector["expected"], strict=True):
            if isinstance(event, RawEvent):
                data = base64.b64encode(event.data).decode()
                accepted = vector["accepted_keys"]
                events.append({"attributes": event.attributes, "data_base64": data, "accepted_keys": accepted})
                expected.append(says)
                vectors.append(vector["name"])
    given = producer.directory / "events.json"
    given.write_text(json.dumps({"test_keys": DOCUMENT["test_keys"], "events": events}))
    script = producer.directory / "vectors_alone.py"
    script.write_bytes((ROOT / "tests/operations/vectors_alone.py").read_bytes())

    done = producer.python(str(script), str(given))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    materials = [one.pop("material", None) for one in result["said"]]

    assert len(events) > 70 and result["said"] == expected
    for name in SIGNED_ALIKE:
        at = vectors.index(name)
        assert materials[at] == events[at]["attributes"][MATERIAL]
    assert (result["ours"], result["versions"]) == ([], [verifiability.__version__] * 2)


def test_the_page_for_producers_shows_how_it_is_used(producer: Producer) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/how-to/sign-events.md").read_text(), re.DOTALL)
    (producer.directory / "producer.key").write_bytes(KEYS["ed25519"].to_pem())
    attributes = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "datacontenttype": "x"}
    program = f"attributes, data = {attributes!r}, b'1'\n{block}\nprint(attributes['dssematerial'])"
    done = producer.python("-c", program)
    assert done.returncode == 0, done.stderr
    signed = {**attributes, MATERIAL: done.stdout.strip()}
    assert verify(signed, b"1", [KEYS["ed25519"].public]).coverage == "core"


@pytest.mark.parametrize("project", ["contracts", "kernel", "services", "operations", "cli", "pydantic"])
def test_nothing_else_is_in_reach_where_it_is_tried(producer: Producer, project: str) -> None:
    assert "ModuleNotFoundError" in producer.python("-c", f"import {project}").stderr


def test_two_builds_are_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a copy of the source with other times and rights, and another umask and time zone, then nothing differs."""
    built = library_wheel()
    with built_elsewhere(verifiability, tmp_path, monkeypatch):
        assert library_wheel() == built


def test_the_record_names_every_other_file_with_its_checksum(tmp_path: Path) -> None:
    """PyPA specifications, "Recording installed projects": pip does not compare them, so they are compared here."""
    wheel, _ = write_library(tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    (record,) = (name for name in contents if name.endswith(".dist-info/RECORD"))
    rows = [line.split(",") for line in contents.pop(record).decode().splitlines()]
    assert rows.pop() == [record, "", ""]
    digests = {name: base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).decode() for name, raw in contents.items()}
    assert rows == [[name, f"sha256={digests[name].rstrip('=')}", str(len(raw))] for name, raw in contents.items()]


def test_the_library_has_the_version_of_the_system() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (verifiability.__version__, project["license"]) == (project["version"], "Apache-2.0")


def test_the_command_writes_it_and_prints_its_checksum(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["keys", "library", str(tmp_path)])
    assert done.exit_code == 0, done.output
    checksum, target = done.output.split()
    content = Path(target).read_bytes()
    assert (checksum, Path(target).parent) == (hashlib.sha256(content).hexdigest(), tmp_path)
    assert content == library_wheel()


def test_a_place_where_it_cannot_be_written_is_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["keys", "library", str(tmp_path / "nowhere")])
    assert (done.exit_code, "cannot be written" in done.output) == (1, True)
