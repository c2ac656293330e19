"""An event as a service reads it back from its own table, for folding: its data, and the person who led to it."""

import asyncpg

from contracts.newer import is_known, newer
from contracts.registry import EVENTS
from contracts.words import Event
from kernel.identity.person import person_of
from kernel.model.decider import RecordedEvent
from kernel.model.records import StoredEvent


def stored_event(row: asyncpg.Record) -> StoredEvent:
    """A row of the query `load`.

    Raises:
        NewerThanProgram: a newer version of this program wrote it.
    """
    data = _data(row["type"], row["schema_version"], row["data"])
    person = person_of(row["authtype"], row["authid"], row["actor"], row["authregister"]) if row["authtype"] else None
    return StoredEvent(row["stream"], row["version"], RecordedEvent(row["id"], data, row["effective"], person))


def _data(type_: str, schema_version: int, data: str) -> Event:
    """An event as its model. Every version ever published stays readable; today each type has one."""
    if not is_known(type_, schema_version):
        raise newer(type_, schema_version)
    return EVENTS[type_].read(data)
