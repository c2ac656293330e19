"""`forcegen kafka`: whose rights are made of what; a register counts only as its operators signed it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.commands.kafka import registered_producers
from cli.main import app
from cli.output.errors import CommandError
from operations.errors import OperationError
from operations.kafka_users import RegisteredProducer
from operations.local_system import producers_here
from tests.kernel.registered import OPERATORS, signed, text

PUBLIC = ",".join(str(one.verifier) for one in OPERATORS)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    file = tmp_path / "producers.txt"
    file.write_text(signed(text()), encoding="utf-8")
    return file


def test_the_register_gives_each_user_its_topics(register: Path) -> None:
    assert registered_producers([], register, PUBLIC) == [
        RegisteredProducer("mfa-kz", ["approvals.commands"]),
        RegisteredProducer("un-desk", ["approvals.commands", "approvals.commands.un-desk"]),
    ]


def test_without_a_register_users_are_named_one_by_one() -> None:
    given = ["a=approvals.commands.a", "a=vacancies.commands.a", "b=approvals.commands.b"]
    assert registered_producers(given, None, None) == [
        RegisteredProducer("a", ["approvals.commands.a", "vacancies.commands.a"]),
        RegisteredProducer("b", ["approvals.commands.b"]),
    ]


def test_a_register_that_nobody_signed_gives_no_rights(register: Path) -> None:
    register.write_text(text(), encoding="utf-8")
    with pytest.raises(OperationError, match=r"not signed|no signed note"):
        registered_producers([], register, PUBLIC)
    with pytest.raises(CommandError, match="--operators"):
        registered_producers([], register, None)


def test_the_system_of_this_machine_goes_by_the_register_that_its_services_are_given(
    register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORCEGEN_PRODUCERS", raising=False)
    assert [*producers_here()] == []
    monkeypatch.setenv("FORCEGEN_PRODUCERS", str(register))
    monkeypatch.setenv("FORCEGEN_PRODUCERS_OPERATORS", PUBLIC)
    assert [user.name for user in producers_here()] == ["mfa-kz", "un-desk"]
    monkeypatch.delenv("FORCEGEN_PRODUCERS_OPERATORS")
    with pytest.raises(OperationError, match="FORCEGEN_PRODUCERS_OPERATORS"):
        producers_here()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--producer", "a=approvals.commands.a", "--operators", PUBLIC], "with a register"),
        ([], "name their keys with --operators"),
    ],
    ids=["both", "no operators"],
)
@pytest.mark.parametrize("command", ["acls", "provision"])
def test_what_cannot_be_meant_is_a_wrong_command_line(
    register: Path, command: str, arguments: list[str], words: str
) -> None:
    line = ["kafka", command, "--bootstrap", "127.0.0.1:1", "--producers", str(register), *arguments]
    answer = CliRunner().invoke(app, line)
    assert (answer.exit_code, words in answer.stderr) == (2, True), answer.stderr
