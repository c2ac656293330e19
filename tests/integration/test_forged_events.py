"""An event under another source than that of its topic's service is no event; the true one is read as if alone."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiokafka import ConsumerRecord

from contracts.cloudevents import Envelope, to_kafka
from kernel.messaging.passages import Record
from kernel.store.postgres import Connection
from services.reporting import app
from tests import peacekeepers as story
from tests.integration.reading_database import reading_database
from tests.integration.test_newer_events import envelopes


@pytest.fixture
async def connection(postgres_dsn: str) -> AsyncIterator[Connection]:
    async with reading_database(postgres_dsn) as pool, pool.acquire() as connection:
        yield connection


def record(offset: int, envelope: Envelope) -> Record:
    key, value, headers = to_kafka(envelope)
    return ConsumerRecord(
        **{"topic": "deployments.events", "partition": 0, "offset": offset, "timestamp": 0, "timestamp_type": 0},
        **{"key": key, "value": value, "checksum": None, "serialized_key_size": 0, "serialized_value_size": 0},
        headers=headers,
    )


@pytest.mark.parametrize("source", ["urn:mfa:kz", "urn:forcegen:approvals", "urn:forcegen:deployments:policy"])
async def test_a_forged_event_never_makes_the_true_next_version_a_duplicate(
    connection: Connection, source: str
) -> None:
    planned, arrived = envelopes(story.planned(), story.arrived())
    forged = replace(planned, source=source, id="00000000-0000-4000-8000-000000000001")
    async with connection.transaction():
        letters = await app.prepare([record(nr, one) for nr, one in enumerate([forged, planned, arrived])])(connection)
    assert [(letter.origin.offset, letter.field) for letter in letters] == [(0, "headers.ce_source")]
    assert await connection.fetchval("SELECT arrived_on FROM tours") is not None
    assert await connection.fetchval("SELECT count(*) FROM parked") == 0
