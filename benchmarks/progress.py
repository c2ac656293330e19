"""Waits for the progress of a real process, which a number in its database shows."""

import time
from typing import Final

import psycopg

from tests.system import RunningSystem

LOOK_EVERY_S: Final = 0.02
GIVEN_UP_S: Final = 3_600


def reached(system: RunningSystem, name: str, connection: psycopg.Connection, query: str, wanted: int) -> int:
    """The first number of at least `wanted` that a query gives, while a process runs.

    Raises:
        AssertionError: the process has ended, or takes too long.
    """
    deadline = time.monotonic() + GIVEN_UP_S
    while (now := number(connection, query)) < wanted:
        assert system.processes[name].poll() is None, system.log(name).read_text()[-3000:]
        assert time.monotonic() < deadline, f"{name}: {now} of {wanted}"
        time.sleep(LOOK_EVERY_S)
    return now


def number(connection: psycopg.Connection, query: str) -> int:
    """The one number that a query gives."""
    row = connection.execute(query).fetchone()
    assert row
    return int(row[0])
