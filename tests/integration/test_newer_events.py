"""Events of a newer program reach an older reading service: they wait, what follows them waits, and all else flows."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from contracts import registry
from contracts.cloudevents import Envelope, to_kafka
from contracts.deployments import TourArrived
from contracts.newer import newer_event
from contracts.vacancies import MissionRecorded
from contracts.words import Event
from kernel.store.postgres import Connection
from services.reporting import app
from services.reporting.projector.projector import Projector
from tests import peacekeepers as story
from tests.integration.reading_database import reading_database
from tests.projection_spec import history

LINE = "line/kz-2013/observers"


@pytest.fixture
async def connection(postgres_dsn: str) -> AsyncIterator[Connection]:
    async with reading_database(postgres_dsn) as pool, pool.acquire() as connection:
        yield connection


def envelopes(*events: Event) -> list[Envelope]:
    """As the services publish them."""
    return [
        Envelope(
            id=str(one.id),
            source=f"urn:forcegen:{one.service}",
            type=one.type,
            subject=one.stream,
            time=one.effective,
            dataschema=registry.schema_name(type(event)),
            datacontenttype="application/json",
            data=event.model_dump_json().encode(),
            recorded_time=one.recorded,
            correlation_id=one.correlation_id,
            stream_version=one.version,
            position=one.position,
        )
        for one, event in zip(history(events), events, strict=True)
    ]


def newer(envelope: Envelope, version: int = 2) -> Envelope:
    """The same in a version of its schema that is still to come."""
    return replace(envelope, dataschema=f"{(envelope.dataschema or '').rpartition(':')[0]}:{version}")


def unknown(envelope: Envelope) -> Envelope:
    """The same under a name that is still to come."""
    name = f"{envelope.type}OnceMore"
    return replace(envelope, type=name, dataschema=f"urn:{name.replace('.', ':', 1)}:1")


async def read(connection: Connection, *envelopes: Envelope) -> list[tuple[str, str | None]]:
    """As the service reads them from their topics; the dead letters by field and reason."""
    records = []
    for offset, envelope in enumerate(envelopes):
        key, value, headers = to_kafka(envelope)
        topic = f"{envelope.source.removeprefix('urn:forcegen:')}.events"
        whole = ConsumerRecord(
            **{"topic": topic, "partition": 0, "offset": offset, "timestamp": 0, "timestamp_type": 0},
            **{"key": key, "value": value, "checksum": None, "serialized_key_size": 0, "serialized_value_size": 0},
            headers=headers,
        )
        records.append(whole)
    async with connection.transaction():
        letters = await app.prepare(records)(connection)
    return [(letter.field or "", letter.reason) for letter in letters]


async def parked(connection: Connection) -> list[tuple[Any, ...]]:
    rows = await connection.fetch("SELECT stream, version, attempts, error FROM parked ORDER BY stream, version")
    return [tuple(row) for row in rows]


async def retried(connection: Connection) -> int:
    async with connection.transaction():
        streams = await Projector().next_parked(connection)
        return (await Projector().retry(connection, streams)).released


async def test_a_newer_version_waits_with_what_follows_and_is_applied_after_the_upgrade(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned, arrived, departed, mission = envelopes(
        story.planned(), story.arrived(), story.departed(), story.mission("UNIFIL")
    )
    assert await read(connection, planned, newer(arrived), departed, mission) == []
    error = "NewerThanProgram: forcegen.deployments.TourArrived in version 2 is newer than this program"
    assert await parked(connection) == [(LINE, 2, 1, error), (LINE, 3, 0, None)]
    assert await connection.fetchval("SELECT count(*) FROM missions") == 1
    assert await retried(connection) == 0
    assert await parked(connection) == [(LINE, 2, 2, error), (LINE, 3, 0, None)]

    monkeypatch.setattr(TourArrived, "schema_version", 2)
    assert await retried(connection) == 2
    assert await parked(connection) == []
    assert await connection.fetchval("SELECT departed_on FROM tours") is not None


async def test_a_newer_type_waits_and_is_applied_after_the_upgrade(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned, arrived = envelopes(story.planned(), story.arrived())
    assert await read(connection, planned, unknown(arrived)) == []
    ((_, version, _, error),) = await parked(connection)
    assert (version, "TourArrivedOnceMore in version 1 is newer than this program" in error) == (2, True)

    name = "forcegen.deployments.TourArrivedOnceMore"
    monkeypatch.setattr(registry, "EVENTS", {**registry.EVENTS, name: TourArrived})
    assert await retried(connection) == 1
    assert await connection.fetchval("SELECT arrived_on FROM tours") is not None


async def test_what_does_not_fit_even_after_the_upgrade_says_why_and_stops_no_other_stream(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned, arrived, mission = envelopes(story.planned(), story.arrived(), story.mission("UNIFIL"))
    await read(connection, planned, replace(newer(arrived), data=b'{"soon": true}'), newer(mission))
    monkeypatch.setattr(TourArrived, "schema_version", 2)
    monkeypatch.setattr(MissionRecorded, "schema_version", 2)
    assert await retried(connection) == 1
    ((stream, _, _, error),) = await parked(connection)
    assert (stream, error) == (LINE, "ValueError: data.mandate: Field required")


@pytest.mark.parametrize(
    "change",
    [
        {"source": "urn:forcegen:approvals"},
        {"source": "urn:somebody"},
        {"type": "forcegen.vacancies.Soon"},
        {"type": "forcegen.deployments.soon"},
        {"type": "soon"},
        {"dataschema": None},
        {"dataschema": "urn:forcegen:deployments.Other:2"},
        {"dataschema": "urn:forcegen:deployments.Soon:0"},
        {"dataschema": "https://example.org/soon:2"},
        {"stream_version": None},
        {"stream_version": 0},
        {"position": None},
        {"time": None},
        {"recorded_time": None},
        {"subject": None},
        {"subject": "line/\x07"},
        {"id": "1"},
        {"data": b"[]"},
        {"data": b"{"},
        {"data": b'{"a": "\xff"}'},
    ],
    ids=str,
)
async def test_junk_is_not_taken_for_an_event_to_come(connection: Connection, change: dict[str, Any]) -> None:
    (arrived,) = envelopes(story.arrived())
    soon = replace(arrived, type="forcegen.deployments.Soon", dataschema="urn:forcegen:deployments.Soon:2")
    assert newer_event("deployments.events", soon) is not None
    assert newer_event("deployments.events", replace(soon, **change)) is None
    assert newer_event("approvals.events", soon) is None
    if not change.keys() & {"source", "subject"}:
        assert len(await read(connection, replace(soon, **change))) == 1
        assert await parked(connection) == []
