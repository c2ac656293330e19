"""The list of commands: what each says of itself, without being imported for it, and what every one of them has."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from typer.core import TyperGroup
from typer.main import get_group
from typer.testing import CliRunner

from cli.lazy import OURS
from cli.main import COMMANDS, app, imported

LOADED = """
import json, os, sys
import rich.table, typer
from cli.main import COMMANDS, imported
for name, (place, _) in COMMANDS.items():
    if os.fork() == 0:
        imported(name, place)
        executed = [name for name, one in sys.modules.items() if type(one).__name__ != "Unexecuted"]
        print(json.dumps([name, executed]), flush=True)
        os._exit(0)
    os.wait()
"""
"""For each command, in a process of its own: the modules that are executed, not only prepared, for its help."""
HELP = """
import json, sys
from cli.main import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)))
"""
HEAVY = {
    *("aiokafka", "asyncpg", "confluent_kafka", "cryptography", "fastapi", "httpx", "jinja2", "joserfc", "nacl"),
    *("prometheus_client", "psycopg", "pyarrow", "pydantic_settings", "starlette", "structlog", "uvicorn"),
}
"""Libraries that no help needs. (Pydantic's core is typer's own need; the models of messages are `contracts.*`.)"""
LIGHT = {"contracts", "contracts.json_object"}
"""What a help may import of the contracts: no model."""
WITHOUT_JSON = {
    "up": "it prints addresses, which `env --json` prints",
    "down": "it prints nothing but notices",
    "demo": "a performance for people; its reports are those of `report --json`",
    "sign": "its output is NDJSON",
    "drop-held": "it changes something, and says so in a sentence",
    "audit rotate": "its output is the signed hand-over, a text to be published as it is",
    "tokens new": "its output is the line for the file of tokens",
    "producers sign": "it changes a file, and says so in a sentence",
    "producers operator-key": "its output is the public key, a text for a setting",
    "kafka provision": "it changes something, and says so in sentences",
}
"""Commands that print no data, or data in a form of its own."""


def every_command() -> Iterator[str]:
    for name, (place, _) in COMMANDS.items():
        own = imported(name, place).commands[name]
        yield from (f"{name} {each}" for each in own.commands) if isinstance(own, TyperGroup) else (name,)


EVERY = list(every_command())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    own = imported(name, COMMANDS[name][0]).commands[name]
    assert COMMANDS[name][1] == own.get_short_help_str(limit=200)
    assert isinstance(own, TyperGroup) == COMMANDS[name][0].endswith(":commands")


def test_commands_are_listed_in_this_order_each_with_its_whole_sentence() -> None:
    assert list(get_group(app).commands) == list(COMMANDS)
    shown = " ".join(CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"}).stdout.split())
    for name, (_, sentence) in COMMANDS.items():
        assert f"{name} {sentence}" in shown


def test_the_list_imports_no_command() -> None:
    """Services, brokers and databases are imported by the commands that use them: a list appears at once."""
    imported_ours = {
        name for name in json.loads(output_of(HELP, "--help").splitlines()[-1]) if name.partition(".")[0] in OURS
    }
    assert imported_ours == {
        *("cli", "cli.lazy", "cli.main", "cli.output", "cli.output.errors"),
        *("deploy", "deploy.local", "deploy.local.errors", "operations", "operations.errors"),
    }


def test_a_help_loads_neither_a_broker_nor_a_database_nor_a_model() -> None:
    heavy: dict[str, set[str]] = {}
    lines = output_of(LOADED).splitlines()
    assert len(lines) == len(COMMANDS)
    for command, modules in map(json.loads, lines):
        models = {name for name in modules if name.partition(".")[0] == "contracts"} - LIGHT
        if loaded := models | HEAVY & {name.partition(".")[0] for name in modules}:
            heavy[command] = loaded
    assert heavy == {}


def output_of(script: str, *arguments: str) -> str:
    return subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("command", EVERY)
def test_every_command_has_examples_and_its_exit_codes(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"])
    assert shown.exit_code == 0
    assert "Example" in shown.stdout
    assert f"forcegen {command}" in shown.stdout
    assert "Exit codes: 0" in " ".join(shown.stdout.split())


@pytest.mark.parametrize("command", EVERY)
def test_every_command_that_prints_data_prints_it_as_json(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"])
    assert ("--json" in shown.stdout) != (command in WITHOUT_JSON)


def test_every_reason_is_of_a_command() -> None:
    assert set(WITHOUT_JSON) <= set(EVERY)


def test_the_version_is_that_of_the_package() -> None:
    shown = CliRunner().invoke(app, ["--version"])
    assert (shown.exit_code, shown.stdout.split()[0]) == (0, "forcegen")
    assert shown.stdout.split()[1][0].isdigit()
