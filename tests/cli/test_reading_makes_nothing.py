"""A command that reads says where nothing is, and leaves the place as it was; what is given and empty is refused."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from deploy.local.endpoints import FILE, Endpoints
from services.audit.settings import AuditSettings
from services.audit.tlog import keys
from tests.cli.test_listed_commands import EVERY

UNSET = {
    f"FORCEGEN_{name}": None
    for name in (
        *("DATABASE_URL", "AUDIT_DATABASE_URL", "REPORTING_DATABASE_URL", "KAFKA_BOOTSTRAP", "DIRECTORY", "QUERY_URL"),
        *("AUDIT_DIRECTORY", "AUDIT_KEY", "AUDIT_TOKEN", "AUDIT_VERIFIER"),
    )
}
READING = [
    *(
        "status",
        "env",
        "env --secrets --json",
        "lag",
        "access",
        "dead-letters",
        "sql",
        "report",
        "report strength",
        "follow",
        "verify nothing --key a+b+c",
        "held",
        "compare strength --before-as-of 2022-05-31",
    ),
    *("audit alarms", "producers affected 3b6a", "kafka acls --check", "drop-held vacancies a.events/0/1 --reason r"),
    *("keys show nothing", "verify-event nothing", "sign nothing --key nothing", "producers check nothing"),
    *("producers show nothing", "producers diff nothing nothing", "producers sign nothing --key nothing"),
    "kafka provision",
    *("audit key", "audit rotate", "audit verify --key a+b+c", "audit export out", "audit trace x", "audit reconcile"),
    *("audit replay --to file --out f.jsonl", "audit replay --to file --out f.jsonl --dry-run"),
    *("audit replay --to views", "audit replay --to topic --topic approvals.events"),
    *("send nothing", "import strength-returns nothing.csv --source s"),
]


MAKING = {
    *("up", "demo"),
    "down",  # ends with 0 where nothing runs: that is what was wanted
    *("keys new", "keys library", "producers operator-key", "audit verifier"),  # a new file, which is named
    "tokens new",  # prints
}
"""Commands that make something, or need nothing."""


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place, where no system lives."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: str, *more: str) -> Result:
    return CliRunner().invoke(app, [*command.split(), *more], env=UNSET)


def test_every_command_is_tried_or_makes_something() -> None:
    tried = {command for command in EVERY if any(f"{line} ".startswith(f"{command} ") for line in READING)}
    assert tried | MAKING == set(EVERY)
    assert tried & MAKING == set()


def test_a_system_above_this_place_is_named(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty / ".forcegen").mkdir()
    (empty / ".forcegen" / FILE).write_text(Endpoints("127.0.0.1:1", {}).as_json())
    (empty / "docs").mkdir()
    monkeypatch.chdir(empty / "docs")
    done = run("lag")
    assert (done.exit_code, f"One is up in {empty / '.forcegen'}." in done.stderr) == (1, True)


@pytest.mark.parametrize("command", READING)
def test_where_no_system_lives_it_is_said_and_nothing_is_made(empty: Path, command: str) -> None:
    done = run(command)
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (1, True), done.output
    assert [*empty.rglob("*")] == []


def test_the_key_of_a_system_elsewhere_is_read_where_it_is(empty: Path) -> None:
    """Given an audit service that started in another place, then its key is printed from there, and made nowhere."""
    there = empty / "elsewhere/services/audit/.forcegen/audit"
    made = keys.signer(AuditSettings(directory=there))
    done = run("audit key")
    assert (done.exit_code, "FORCEGEN_AUDIT_DIRECTORY" in done.output) == (1, True)
    assert run("audit key", "--directory", "elsewhere").stdout.strip() == str(made.verifier)
    result = CliRunner().invoke(app, ["audit", "key"], env={**UNSET, "FORCEGEN_AUDIT_DIRECTORY": str(there)})
    assert result.stdout.strip() == str(made.verifier)
    assert [path for path in empty.rglob("*") if path.is_file()] == [there / "key"]


def test_a_key_that_is_no_file_is_not_handed_over(empty: Path) -> None:
    secret = keys.signer(AuditSettings(directory=empty / "elsewhere")).secret()
    done = CliRunner().invoke(app, ["audit", "rotate"], env={**UNSET, "FORCEGEN_AUDIT_KEY": secret})
    assert (done.exit_code, "FORCEGEN_AUDIT_KEY" in done.output, secret in done.output) == (1, True, False)
    assert sorted(path.name for path in empty.rglob("*")) == ["elsewhere", "key"]


@pytest.mark.parametrize(
    "command",
    [
        *(
            ["audit", "verify", "--key", "a+b+c", "--from", ""],
            ["audit", "verify", "--key="],
            ["audit", "key", "-d", ""],
        ),
        *(["audit", "replay", "--to", "file", "--out", ""], ["audit", "replay", "--to", "file", "--topic", ""]),
        *(
            ["report", "strength", "--as-of", ""],
            ["report", ""],
            ["follow", "--after", ""],
            ["send", ""],
            ["lag", "-d", ""],
        ),
        *(["audit", "trace", ""], ["verify", "", "--key", "k"], ["audit", "verify", "--key", "k", "--since="]),
    ],
    ids=" ".join,
)
def test_what_is_given_and_empty_is_not_what_was_left_out(empty: Path, command: list[str]) -> None:
    done = CliRunner().invoke(app, command, env=UNSET)
    assert (done.exit_code, "empty" in done.output) == (2, True), done.output
    assert [*empty.rglob("*")] == []
