"""The list of commands: what each says of itself, without being imported for it."""

import json
import subprocess
import sys

import pytest
from typer.core import TyperGroup
from typer.main import get_group

from cli.main import COMMANDS, OURS, app, imported

HELP = """
import json, sys
from cli.main import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    own = imported(name, COMMANDS[name][0]).commands[name]
    assert COMMANDS[name][1] == own.get_short_help_str(limit=200)
    assert isinstance(own, TyperGroup) == COMMANDS[name][0].endswith(":commands")


def test_commands_are_listed_in_this_order() -> None:
    assert list(get_group(app).commands) == list(COMMANDS)


def test_the_list_imports_no_command() -> None:
    """Services, brokers and databases are imported by the commands that use them: a list appears at once."""
    done = subprocess.run([sys.executable, "-c", HELP, "--help"], capture_output=True, text=True, check=True)
    *shown, modules = done.stdout.splitlines()
    assert len(shown) > len(COMMANDS)
    imported_ours = {name for name in json.loads(modules) if name.partition(".")[0] in OURS}
    assert imported_ours == {
        *("cli", "cli.main", "cli.output", "cli.output.errors"),
        *("deploy", "deploy.local", "deploy.local.errors", "operations", "operations.errors"),
    }
