"""Assembles the reporting service: events of every deciding service into the views. It contains no rules."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from contracts import registry
from contracts.unreadable import Unreadable
from kernel import reader_service
from kernel.messaging import topics
from kernel.messaging.consumer import Record, Records, dead_letter
from kernel.model.records import DeadLetter
from kernel.reader_service import Write
from kernel.runtime.faults import kind
from kernel.store.postgres import Connection
from kernel.store.schema_files import Migrations
from kernel.store.scopes import OWN_STATES
from services.reporting import projection_version, scope
from services.reporting.analysts.publish import publish
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projector.decode import event_of_record
from services.reporting.projector.projector import Projector
from services.reporting.projector.retry_parked import retried

PROJECTOR = Projector()
MIGRATIONS = Migrations(
    "services.reporting",
    repeatable=(
        "functions/known_at.sql",
        "functions/in_force.sql",
        "functions/terms_on.sql",
        "functions/terms_of.sql",
        "functions/stays_between.sql",
        "functions/stays_on.sql",
        "functions/stay_versions.sql",
        "functions/tours_on.sql",
        "functions/to_come_on.sql",
        "functions/people_on.sql",
        "functions/occupancy_swept.sql",
        "functions/occupancy_between.sql",
        "functions/occupancy_from.sql",
        "functions/renew_occupancy.sql",
        "functions/returned_on.sql",
        "functions/strength_returns_noticed.sql",
        "functions/un_list.sql",
        "functions/overlapping_periods.sql",
        "known/views.sql",
        "known/tours.sql",
        "known/events.sql",
        "known/stays_between.sql",
        "known/stay_versions.sql",
        "known/people_on.sql",
        "known/occupancy_between.sql",
        "scope/unnamed_event_is_seen.sql",
        "scope/unnamed_parked_is_seen.sql",
        "scope/rules.sql",
        "scope/policies.sql",
        "scope/rights.sql",
        "scope/apply.sql",
    ),
)
"""`known/` holds what answers questions as known at an instant, in a schema of its own beside this one; `scope/` holds
which rows each reader sees."""


def prepare(records: Records) -> Write:
    """Decode a batch; an unreadable record becomes a dead letter, and everything else goes into the views."""
    events: list[ConsumedEvent] = []
    unread: list[DeadLetter] = []
    for record in records:
        try:
            events.append(event_of_record(record))
        except Unreadable as fault:
            unread.append(dead_letter(record, fault))

    async def write(connection: Connection) -> Sequence[DeadLetter]:
        await PROJECTOR.apply(connection, events)
        return unread

    return write


async def put_by(connection: Connection, record: Record, fault: Exception) -> Sequence[DeadLetter]:
    """Handle a record that makes its batch fail: an event is parked, anything else becomes a dead letter."""
    try:
        event = event_of_record(record)
    except Unreadable as unread:
        return [dead_letter(record, unread)]
    await PROJECTOR.park(connection, event, f"the database refused it: {kind(fault)}")
    return ()


@asynccontextmanager
async def beside(pool: asyncpg.Pool) -> AsyncIterator[None]:
    """What the process does besides consuming: it publishes the analysts' schema once, and retries parked events.

    Raises:
        OtherProjections: another version of the projections made the views.
        NotProvisioned: the database lacks what scopes are made of.
    """
    async with pool.acquire() as connection:
        await projection_version.begin(connection)
        await projection_version.check(connection)
        await scope.check(connection)
    await publish(pool)
    async with retried(pool):
        yield


SERVICE = reader_service.ReaderService(
    "reporting",
    [topics.of_log(service, "events") for service in registry.SERVICES],
    prepare,
    put_by,
    migrations=[MIGRATIONS],
    batch_records_max=1_000,
    readers=["analyst", OWN_STATES],
)
