"""The documentation's commands, word by word, against one system as `make up` starts it, on ports of its own."""

import json
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from deploy.local import services
from deploy.local.postgres_user import INSTALL
from operations.local_system import SYSTEM
from tests.browser.chromium import NODE
from tests.curl import directory_with_curl
from tests.documented_commands import PAGES, run
from tests.local import REPOSITORY, forcegen

NPM = NODE.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
CACHE = Path(sys.prefix) / "npm"
"""What npm has fetched once: a second run needs no registry."""
pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """What a reader has who ran `make up` and `eval "$(forcegen env --secrets)"`, with `.venv/bin` on the path."""
    directory = tmp_path_factory.mktemp("system") / "forcegen"
    try:
        with ExitStack() as taken:
            for service in SYSTEM.services:
                with suppress(OSError):  # taken by somebody else: so much the better
                    usual = taken.enter_context(socket.socket())
                    usual.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    usual.bind(("127.0.0.1", service.usual_port))
                    usual.listen()
            started = forcegen("up", directory, "--story")
        assert started.returncode == 0, started.stderr
        variables = json.loads(forcegen("env", directory, "--secrets", "--json").stdout)
        own = {
            name: text for name, text in os.environ.items() if not name.startswith("FORCEGEN_") and name != "COLUMNS"
        }
        programs = tmp_path_factory.mktemp("programs")
        directory_with_curl(programs)
        add(programs, "psql", f'"{INSTALL}/bin/psql"')
        add(programs, "node", f'"{NODE}"')
        add(programs, "npm", f'"{NODE}" "{NPM}" --cache "{CACHE}" --prefer-offline')
        (programs / ".curlrc").write_text("fail-with-body\n", encoding="utf-8")
        path = f"{Path(sys.executable).parent}:{programs}:{own['PATH']}"
        yield {**own, **variables, "PATH": path, "CURL_HOME": str(programs), "NO_PROXY": "127.0.0.1"}
    finally:
        services.wipe(directory, SYSTEM)


def add(directory: Path, name: str, command: str) -> None:
    """A program that a reader has, from a package that the tests have: Postgres' client, Node and npm."""
    program = directory / name
    program.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    program.chmod(0o755)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_works_and_prints_what_is_shown(
    environment: Mapping[str, str], tmp_path: Path, page: str
) -> None:
    (tmp_path / "contracts").symlink_to(REPOSITORY / "contracts")  # a reader stands in the checkout
    faults = run(REPOSITORY / page, tmp_path, environment)
    assert not faults, "\n".join(faults)


def test_the_system_was_on_other_ports_than_the_usual(environment: Mapping[str, str]) -> None:
    usual = {f"http://127.0.0.1:{service.usual_port}" for service in SYSTEM.services}
    assert usual & set(environment.values()) == set()
