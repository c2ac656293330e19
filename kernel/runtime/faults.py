"""Classifies faults: a server's fault is transient, a fault of the data recurs however often it is retried.

Only servers' faults are retried. Every other fault belongs to a record, and is split off with it. A missing table or a
missing right is an operator's fault and counts as a server's: it must never turn records into dead letters.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg
import structlog
from aiokafka.errors import KafkaError

from contracts.newer import NewerThanProgram

log = structlog.get_logger()

_SERVER_CLASSES: Final = frozenset(
    (
        *("08", "0A", "25", "28", "3D", "3F"),  # connection, feature, transaction state, login, database, schema
        *("40", "42", "53", "55", "57", "58"),  # rollback, names and rights, resources, state, operator, system
        *("F0", "HV", "XX"),  # configuration, foreign data, internal errors and broken files
    )
)
"""Classes of SQLSTATE (PostgreSQL's documentation, appendix A) that no value of a record can cause."""


def is_passing(fault: BaseException) -> bool:
    """Whether the same work may succeed later, without any change of its data."""
    if isinstance(fault, NewerThanProgram):
        return True  # with an upgrade
    if isinstance(fault, asyncpg.PostgresError):
        return str(fault.sqlstate or "XX")[:2] in _SERVER_CLASSES
    if isinstance(fault, asyncpg.InterfaceError):
        return not isinstance(fault, ValueError)  # a value that the driver cannot encode is a ValueError too
    return isinstance(fault, (OSError, TimeoutError, KafkaError, MemoryError))


@contextmanager
def waited_out(what: str) -> Iterator[None]:
    """Leave the block at a server's fault, which is logged: the loop around it tries again. Raises any other fault."""
    try:
        yield
    except Exception as fault:
        if not is_passing(fault):
            raise
        log.warning(f"{what} waits for a server", fault=kind(fault))


def kind(fault: BaseException) -> str:
    """The kind of a fault, for logs, answers and health: without its message, which may quote a sender's data."""
    code = getattr(fault, "sqlstate", None)
    return f"{type(fault).__name__} ({code})" if code else type(fault).__name__


def where(fault: BaseException) -> str:
    """Where a fault arose, for the log: without its message, which may quote a sender's data."""
    return "".join(traceback.format_tb(fault.__traceback__))
