"""The verifier in both forms that an auditor may take, a folder and one file: each works without the project."""

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.verifier_file import verifier_file
from services.audit.verify import verifier
from tests.audit import small_log
from tests.audit.small_log import KEY, row
from tests.audit.taken_alone import FORMS, Alone
from tests.built_elsewhere import built_elsewhere

ROWS = [row(nr) for nr in range(5)]


@pytest.fixture(scope="module", params=FORMS)
def alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Alone:
    return Alone(tmp_path_factory.mktemp("auditor"), request.param)


@pytest.mark.parametrize("project", ["contracts", "kernel", "services", "operations", "cli", "pydantic"])
def test_nothing_else_is_in_reach_where_it_is_tried(alone: Alone, project: str) -> None:
    done = alone.python("-c", f"import {project}")
    assert "ModuleNotFoundError" in done.stderr


def test_an_export_that_holds_says_so_and_a_forged_one_is_refused(alone: Alone, tmp_path: Path) -> None:
    """Given an export and the checkpoint that was kept, when one record is changed afterwards, then it is named."""
    small_log.write(tmp_path / "log", ROWS)
    code, said = alone("--key", KEY, "--since", tmp_path / "log/checkpoint", tmp_path / "log")
    assert (code, "5 records" in said, "all of it holds" in said) == (0, True, True), said

    records = tmp_path / "log/records/000.p/5"
    first, _, rest = records.read_text().partition("\n")
    records.write_text(json.dumps(json.loads(first) | {"value": "00"}) + "\n" + rest)

    code, said = alone("--key", KEY, "--since", tmp_path / "log/checkpoint", tmp_path / "log")
    assert (code, "(leaf 0): changed" in said, "all of it holds" in said) == (1, True, False), said


def test_a_history_written_anew_under_the_right_key_is_refused(alone: Alone, tmp_path: Path) -> None:
    """Given a checkpoint that was kept, when the operator signs another history, then the export is refused."""
    (tmp_path / "kept").write_text(small_log.write(tmp_path / "log", ROWS))
    small_log.write(tmp_path / "log", [row(0, value=b"another"), *ROWS[1:]])
    code, said = alone("--key", KEY, "--since", tmp_path / "kept", tmp_path / "log")
    assert (code, "history was written anew" in said) == (1, True), said


def test_a_bundle_that_holds_says_so_and_a_forged_one_is_refused(alone: Alone, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    bundle = small_log.bundle(ROWS, 2)
    file.write_text(json.dumps(bundle))
    code, said = alone("--key", KEY, "--bundle", file)
    assert (code, "all of it holds" in said) == (0, True), said

    file.write_text(json.dumps({**bundle, "record": {**bundle["record"], "value": "00"}}))
    code, said = alone("--key", KEY, "--bundle", file)
    assert (code, "is not leaf 2 of the signed tree" in said) == (1, True), said


def test_its_help_says_how_it_is_run(alone: Alone) -> None:
    code, said = alone("--help")
    assert code == 0
    assert said.startswith(("usage: python -m verifier ", "usage: verifier.pyz "))


def test_the_folder_run_as_a_script_says_how_it_is_run(tmp_path: Path) -> None:
    done = Alone(tmp_path, "folder").python("verifier", "--key", KEY)
    assert (done.returncode, "python -m verifier" in done.stderr) == (2, True), done.stderr


def test_two_builds_of_the_one_file_are_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a copy of the source with other times and rights, and another umask and time zone, then nothing differs."""
    built = verifier_file()
    with built_elsewhere(verifier, tmp_path / "verifier", monkeypatch):
        assert verifier_file() == built


def test_the_command_writes_it_and_prints_its_checksum(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["audit", "verifier", str(tmp_path / "verifier.pyz")])
    content = (tmp_path / "verifier.pyz").read_bytes()
    assert done.exit_code == 0
    assert done.output.split()[0] == hashlib.sha256(content).hexdigest()
    assert content == verifier_file()


def test_a_place_where_it_cannot_be_written_is_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["audit", "verifier", str(tmp_path / "nowhere/verifier.pyz")])
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (1, True), done.exception
    assert "cannot be written" in done.output
