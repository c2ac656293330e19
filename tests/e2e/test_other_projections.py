"""A program whose projections are others than those that made the views: refused, until the views are made anew."""

import subprocess

import psycopg
import pytest

from services.reporting import projection_version
from services.reporting.projections import VERSION
from tests.e2e.test_main_path import proposal
from tests.e2e.test_rebuild import replay
from tests.foreign import Client
from tests.system import RunningSystem

pytestmark = pytest.mark.servers
COMMAND = "forcegen audit replay --to views"


def ended(system: RunningSystem, name: str) -> str:
    """What a process said that ended by itself."""
    try:
        code = system.processes[name].wait(60)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{name} goes on") from None
    assert code != 0
    return system.log(name).read_text()


def test_a_program_with_other_projections_ends_at_its_start_and_says_what_to_type(system: RunningSystem) -> None:
    with psycopg.connect(system.dsn("reporting"), autocommit=True) as connection:
        connection.execute("UPDATE projection_version SET version = 0")
    for name in ("reporting", "query"):
        system.kill(name)
        system.spawn(name)
        said = ended(system, name)
        assert f"made by version 0 of the projections; this program has version {VERSION}" in said
        assert COMMAND in said
    code, said = replay(system, "--stream", "mandate/kz-2014")
    assert (code, COMMAND in said) == (1, True), said
    code, said = replay(system)
    assert code == 0, said
    system.start("reporting", "query")


def test_a_running_program_writes_nothing_into_views_of_other_projections(
    system: RunningSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given views that a newer program put in the place of this one's, then this one ends before it writes to them."""
    monkeypatch.setattr(projection_version, "VERSION", VERSION + 1)
    code, said = replay(system)
    assert code == 0, said
    Client(system.servers.kafka).send([proposal("after-the-swap")])
    assert COMMAND in ended(system, "reporting")
    with psycopg.connect(system.dsn("reporting")) as connection:
        assert connection.execute("SELECT FROM mandates WHERE mandate = 'after-the-swap'").fetchall() == []
    assert replay(system, "--back")[0] == 0
    system.start("reporting")
