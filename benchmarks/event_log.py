"""A service's log filled with events as the service appends them, so that it starts with a history of any length."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time
from itertools import count
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import asyncpg

from benchmarks.traffic import envelope_of
from contracts.registry import type_name
from contracts.words import Event
from kernel.model.decider import effective_of
from services.reporting.projections.event import ConsumedEvent

COLUMNS: Final = (
    *("position", "stream", "version", "id", "type", "schema_version", "data", "effective", "recorded"),
    *("correlation_id", "causation_id", "actor", "authtype", "authid", "authkey", "authproof", "authregister"),
    "causeplace",
)
RECORDED: Final = datetime.combine(datetime(2022, 6, 1, tzinfo=UTC), time(9), UTC)


def recorded(service: str, events: Iterable[Event]) -> Iterator[ConsumedEvent]:
    """Events of one service as it would have put them on record, in this order."""
    positions, versions = count(1), dict[str, int]()
    for event in events:
        position, stream = next(positions), event.stream
        versions[stream] = versions.get(stream, 0) + 1
        yield ConsumedEvent(
            id=uuid5(NAMESPACE_URL, f"{service}/{position}"),
            type=type_name(type(event)),
            stream=stream,
            version=versions[stream],
            position=position,
            service=service,
            effective=effective_of(event, RECORDED),
            recorded=RECORDED,
            data=event,
            correlation_id=f"c-{position}",
            causation_id=f"command-{position}",
            actor="an official",
            topic=f"{service}.events",
            partition=0,
            offset=position,
        )


async def fill(dsn: str, events: Sequence[ConsumedEvent]) -> None:
    """Put events into the empty log of the service whose own role `dsn` is; none of them is relayed."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.copy_records_to_table("events", records=map(_row, events), columns=COLUMNS)
        words = {(each.type, 1) for each in events}
        await connection.executemany("INSERT INTO event_words (type, schema_version) VALUES ($1, $2)", words)
        last = events[-1]
        await connection.execute("UPDATE log_heads SET events = $1, recorded = $2", last.position, last.recorded)
        await connection.execute("ANALYZE events")
    finally:
        await connection.close()


def _row(event: ConsumedEvent) -> tuple[object, ...]:
    envelope = envelope_of(event)
    assert envelope.acted_by
    return (
        *(event.position, event.stream, event.version, event.id, event.type, 1, envelope.data.decode()),
        *(event.effective, event.recorded, envelope.correlation_id, envelope.causation_id, event.actor),
        *(*envelope.acted_by.values[:5], envelope.cause_place),
    )
