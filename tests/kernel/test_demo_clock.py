"""The clock of a demo: refused wherever it is off, never later than now, never before what the true clock recorded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import asyncpg
import pytest

from contracts.approvals import MandateRejected, RejectMandate
from kernel.command_service import DecidingService, reactions
from kernel.decide import decode
from kernel.messaging import demo_clock_setting, outbox
from kernel.model import demo_clock
from kernel.model.decider import ReceivedCommand, RecordedEvent
from kernel.model.records import Batch, DeadLetter, DecodedCommand, Invalid, Origin
from kernel.runtime.settings import Settings
from kernel.store.postgres import PostgresStore
from tests.kernel.door import VOTE, WORDS, Counting, reject
from tests.kernel.stores import postgres_pool
from tests.kernel.test_admitted_on_record import handler, over_http
from tests.servers import Servers

NOW = datetime(2024, 3, 12, 9, 30, tzinfo=UTC)
THEN = datetime(2019, 3, 1, 18, tzinfo=UTC)
LATER = datetime(2020, 1, 1, 18, tzinfo=UTC)


def decoded(instant: datetime | None, *, is_on: bool) -> DecodedCommand:
    envelope = replace(reject("c-1").envelope, demo_clock=instant)
    return decode.command(envelope, WORDS, received=NOW, bytes_max=10_000, has_demo_clock=is_on)


def at(instant: datetime, id_: str, mandate: str = "kz-1", command: DecodedCommand | None = None) -> DecodedCommand:
    """A command that a demo's service has admitted."""
    command = command or reject(id_, mandate)
    return replace(command, envelope=replace(command.envelope, demo_clock=instant))


@pytest.mark.parametrize(
    ("instant", "is_on", "said"),
    [
        (THEN, False, "records by the true clock"),
        (NOW + timedelta(seconds=1), True, "later than now"),
        (datetime(1899, 12, 31, tzinfo=UTC), True, "no calendar here"),
    ],
)
def test_a_command_that_may_not_name_its_record_time_is_invalid_by_the_true_clock(
    instant: datetime, is_on: bool, said: str
) -> None:
    refused = decoded(instant, is_on=is_on)
    assert isinstance(refused.command, Invalid)
    assert refused.command.field == "democlock"
    assert said in refused.command.reason
    assert "democlock" in (refused.command.remedy or "")
    assert refused.envelope.demo_clock is None


def test_where_it_is_on_a_command_may_name_an_instant_that_is_past_and_none_has_to() -> None:
    for instant in (THEN, NOW):
        command = decoded(instant, is_on=True)
        assert isinstance(command.command, ReceivedCommand)
        assert command.envelope.demo_clock == instant
    assert isinstance(decoded(None, is_on=False).command, ReceivedCommand)


def test_what_follows_from_an_event_is_recorded_when_that_was() -> None:
    command = RejectMandate(mandate="kz-2", decision=VOTE)
    service = DecidingService("counting", Counting(), {"other.events": lambda _: [command]})
    cause = replace(reject("e-1").envelope, recorded_time=LATER)
    event = RecordedEvent(uuid5(NAMESPACE_URL, "e"), MandateRejected(mandate="kz-1", decision=VOTE), THEN)
    assert [one.demo_clock for one in reactions(service, "other.events", event, cause)] == [None]
    marked = replace(cause, demo_clock=THEN)
    assert [one.demo_clock for one in reactions(service, "other.events", event, marked)] == [LATER]


HERE: dict[str, Any] = {
    "kafka_bootstrap": "127.0.0.1:9092,localhost",
    "database_url": "postgresql://approvals@127.0.0.1:5432/forcegen",
    "http_host": "127.0.0.1",
}


def test_it_is_for_a_system_on_this_machine() -> None:
    for here in (HERE, HERE | {"database_url": "postgresql:///forcegen?host=/run/postgresql"}):
        demo_clock_setting.at_start(Settings(demo_clock=True, **here))


@pytest.mark.parametrize(
    ("elsewhere", "named"),
    [
        ({"kafka_bootstrap": "127.0.0.1:9092,kafka.example:9093"}, "kafka.example:9093"),
        ({"database_url": "postgresql://approvals@db.example/forcegen"}, "db.example"),
        ({"database_url": "postgresql:///forcegen"}, "FORCEGEN_DATABASE_URL does not name"),
        ({"http_host": "0.0.0.0"}, "FORCEGEN_HTTP_HOST 0.0.0.0"),  # noqa: S104
    ],
)
def test_a_service_that_others_may_depend_on_does_not_start_with_it(elsewhere: dict[str, str], named: str) -> None:
    with pytest.raises(SystemExit, match="FORCEGEN_DEMO_CLOCK") as ended:
        demo_clock_setting.at_start(Settings(demo_clock=True, **{**HERE, **elsewhere}))
    assert named in str(ended.value)
    demo_clock_setting.at_start(Settings(**{**HERE, **elsewhere}))


async def on_record(pool: asyncpg.Pool, log: str = "events") -> list[tuple[datetime, datetime | None]]:
    """Of each row, when it was recorded, and the mark."""
    return [tuple(row) for row in await pool.fetch(f"SELECT recorded, democlock FROM {log} ORDER BY position")]  # noqa: S608


@pytest.mark.servers
async def test_each_command_is_recorded_at_its_instant_and_marked(servers: Servers, database: str) -> None:
    """Given commands of one batch out of the order of time, then each is on record at its own instant."""
    async with postgres_pool(servers, database) as pool:
        await handler(pool).handle([at(LATER, "c-1"), at(THEN, "c-2", "kz-2")])
        for log in ("events", "outcomes"):
            assert await on_record(pool, log) == [(LATER, LATER), (THEN, THEN)]
            for record in await outbox.readers(pool, "approvals", [log])[log](0, 10):
                assert isinstance(record, outbox.OutboxRecord)
                headers = dict(record.headers)
                assert headers["ce_democlock"] == headers["ce_recordedtime"]
        assert await pool.fetchval("SELECT recorded = '-infinity' FROM log_heads")


@pytest.mark.servers
async def test_nothing_is_recorded_before_what_the_true_clock_recorded(servers: Servers, database: str) -> None:
    async with postgres_pool(servers, database) as pool:
        began = datetime.now(UTC)
        await handler(pool).handle([reject("c-1")])
        await handler(pool).handle([at(THEN, "c-2")])
        await handler(pool).handle([at(THEN, "c-3"), reject("c-4")])
        recorded = await on_record(pool)
    assert [mark for _, mark in recorded] == [None, THEN, THEN, None]
    assert all(began <= instant <= datetime.now(UTC) for instant, _ in recorded)
    assert [instant for instant, _ in recorded] == sorted(instant for instant, _ in recorded)


@pytest.mark.servers
async def test_offsets_alone_leave_the_clock_and_dead_letters_are_by_the_true_one(
    servers: Servers, database: str
) -> None:
    async with postgres_pool(servers, database) as pool:
        store = PostgresStore(pool)
        await store.append(Batch())
        assert await pool.fetchval("SELECT recorded = '-infinity' FROM log_heads")
        letter = DeadLetter(Origin("approvals.commands", 0, 0), None, b"x", (), "unreadable")
        await store.append(Batch(dead_letters=[letter]))
        assert await pool.fetchval("SELECT now() - recorded < interval '1 minute' FROM log_heads")


@pytest.mark.servers
async def test_what_is_kept_of_a_command_over_http_says_when_it_came_in_truth(servers: Servers, database: str) -> None:
    """Given a key that counts for a period, then the instant that a sender names does not decide whether it counts."""
    async with postgres_pool(servers, database) as pool:
        began = datetime.now(UTC)
        await handler(pool).handle([at(THEN, "c-1", command=over_http("c-1"))])
        assert await on_record(pool) == [(THEN, THEN)]
        assert began <= await pool.fetchval("SELECT recorded FROM admitted") <= datetime.now(UTC)


def test_once_it_is_off_what_was_stored_or_follows_is_recorded_by_the_true_clock() -> None:
    marked = replace(reject("c-1").envelope, demo_clock=THEN)
    assert demo_clock.kept(marked, is_on=True) == marked
    assert demo_clock.kept(marked, is_on=False).demo_clock is None
