"""`forcegen producers`: a register is checked, compared and signed by two operators, and a slip is named."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from kernel.identity.register_text import open_register, operators_of
from tests.kernel.registered import LINES, text


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["producers", *map(str, arguments)])


@pytest.fixture
def register(tmp_path: Path) -> Path:
    file = tmp_path / "producers.txt"
    file.write_text(text(), encoding="utf-8")
    return file


def operators(folder: Path) -> tuple[list[Path], str]:
    """Two operators' key files, and their public halves as the setting takes them."""
    files = [folder / "first.key", folder / "second.key"]
    public = [run("operator-key", file, "--name", file.stem).stdout.strip() for file in files]
    return files, ",".join(public)


def test_two_operators_sign_a_register_and_a_service_opens_it(register: Path, tmp_path: Path) -> None:
    files, public = operators(tmp_path)
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
    assert run("check", register, "--operators", public).exit_code == 1
    for file in files:
        assert run("sign", register, "--key", file).exit_code == 0
    checked = run("check", register, "--operators", public)
    assert (checked.exit_code, "version 7, 2 producers" in checked.stdout) == (0, True)
    assert open_register(register.read_text(encoding="utf-8"), operators_of(public.split(","))).version == 7
    again = run("sign", register, "--key", files[0])
    assert (again.exit_code, "already" in again.stderr) == (1, True)


def test_a_wrong_line_is_named_and_never_signed(register: Path, tmp_path: Path) -> None:
    files, _ = operators(tmp_path)
    register.write_text(text(*LINES[:6], "sauce urn:x", *LINES[6:]), encoding="utf-8")
    for answer in (run("check", register), run("show", register), run("sign", register, "--key", files[0])):
        assert (answer.exit_code, "line 7: 'sauce'" in answer.stderr) == (1, True), answer.stderr
    assert "— " not in register.read_text(encoding="utf-8")


def test_a_key_that_others_can_read_signs_nothing(register: Path, tmp_path: Path) -> None:
    files, _ = operators(tmp_path)
    files[0].chmod(0o644)
    answer = run("sign", register, "--key", files[0])
    assert (answer.exit_code, "chmod 600" in answer.stderr) == (1, True)


def test_a_key_is_never_written_over_another(tmp_path: Path) -> None:
    files, _ = operators(tmp_path)
    before = files[0].read_bytes()
    assert run("operator-key", files[0], "--name", "again").exit_code == 1
    assert files[0].read_bytes() == before


def test_what_changes_is_shown_by_producer_and_an_older_version_is_refused(register: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.txt"
    lines = [line for line in LINES[2:] if line != "must-sign"]
    later.write_text(text(LINES[0], "version 8", *lines), encoding="utf-8")
    shown = run("diff", register, later).stdout
    assert "version 7 -> 8" in shown
    assert "  producer mfa-kz\n- must-sign\n" in shown
    assert "un-desk" not in shown
    older = run("diff", later, register)
    assert (older.exit_code, "lower than 8" in older.stderr) == (1, True)


def test_a_producer_is_shown_with_the_ids_of_its_keys(register: Path) -> None:
    shown = run("show", register).stdout
    assert "producer mfa-kz\nsource urn:mfa:kz\n" in shown
    assert " is the id of ed25519:" in shown
