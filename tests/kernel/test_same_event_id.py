"""Two commands that lead to one event id: the later is answered `conflict`, and the others of the batch go on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import NAMESPACE_URL, UUID, uuid5

import asyncpg
import pytest

from kernel.decide.command_handler import CommandHandler
from kernel.model.decider import ReceivedCommand
from kernel.model.records import DecodedCommand
from kernel.store.memory import MemoryStore
from kernel.store.postgres import PostgresStore
from kernel.store.protocol import Store
from tests.kernel.door import Counting, reject
from tests.kernel.stores import postgres_pool
from tests.servers import Servers

pytestmark = pytest.mark.servers


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    servers: Servers = request.getfixturevalue("servers")
    async with postgres_pool(servers, request.getfixturevalue("database")) as pool:
        yield PostgresStore(pool)


def handler(store: Store) -> CommandHandler:
    return CommandHandler(Counting(), store, service="counting", streams_cached_max=100)


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Event ids as they were made once: of source and id, joined by a line feed that either may hold itself."""

    def joined_id(source: str, command_id: str, index: int) -> UUID:
        return uuid5(NAMESPACE_URL, f"{source}\n{command_id}\n{index}")

    monkeypatch.setattr("kernel.model.decider.event_id", joined_id)


def sent_as(source: str, id_: str, mandate: str) -> DecodedCommand:
    """A command under any source and id, as if no door had looked at their characters."""
    command = reject("c", mandate)
    assert isinstance(command.command, ReceivedCommand)
    envelope = replace(command.envelope, source=source, id=id_)
    return replace(command, envelope=envelope, command=replace(command.command, source=source, id=id_))


@pytest.mark.usefixtures("joined")
@pytest.mark.parametrize("in_one_batch", [True, False], ids=["one batch", "two batches"])
async def test_two_commands_that_make_one_event_id_are_one_answer_and_one_conflict(
    store: Store, in_one_batch: bool
) -> None:
    first, second = sent_as("urn:x", "a\nb", "kz-1"), sent_as("urn:x\na", "b", "kz-2")
    honest = [reject("honest-1", "kz-3"), reject("honest-2", "kz-2")]
    intake = handler(store)
    if in_one_batch:
        answers = await intake.handle([first, honest[0], second, honest[1]])
    else:
        answers = [*await intake.handle([first]), *await intake.handle([honest[0], second, honest[1]])]
    assert [one.status for one in answers] == ["accepted", "accepted", "conflict", "accepted"]
    assert (answers[2].rule, answers[2].field, bool(answers[2].remedy)) == ("idempotency", "id", True)
    assert [one.events[0].position for one in answers if one.events] == [1, 2, 3]
    (again,) = await handler(store).handle([second])
    assert again == answers[2]


@pytest.mark.parametrize("character", ["\n", "\x85", "\uffff"], ids=["line feed", "U+0085", "U+FFFF"])
async def test_line_feed_u0085_uffff_in_source_and_id_are_invalid_and_their_neighbours_go_on(
    store: Store, character: str
) -> None:
    odd = [reject(f"a{character}b", "kz-1", source="urn:x"), reject("b", "kz-2", source=f"urn:x{character}a")]
    answers = await handler(store).handle([reject("c-1"), odd[0], reject("c-2"), odd[1], reject("c-3")])
    assert [one.status for one in answers] == ["accepted", "invalid", "accepted", "invalid", "accepted"]
    assert [(one.field, bool(one.remedy)) for one in answers if one.status == "invalid"] == [
        ("id", True),
        ("source", True),
    ]


async def test_a_command_whose_answer_was_lost_from_the_inbox_is_a_conflict_and_stops_nobody(
    servers: Servers, database: str
) -> None:
    async with postgres_pool(servers, database) as pool:
        intake = handler(PostgresStore(pool))
        await intake.handle([reject("c-1")])
        await pool.execute("DELETE FROM inbox")  # as an older backup of one table would
        answers = await handler(PostgresStore(pool)).handle([reject("c-2"), reject("c-1"), reject("c-3")])
        assert [one.status for one in answers] == ["accepted", "conflict", "accepted"]


async def test_a_waiting_command_whose_event_id_is_taken_ends_as_a_conflict(servers: Servers, database: str) -> None:
    async with postgres_pool(servers, database) as pool:
        store = PostgresStore(pool)
        waiting = reject("w-1", act="wait:kz-9")
        await handler(store).handle([waiting])
        await _take(pool, waiting)
        await handler(store).handle([reject("c-9", "kz-9")])
        (answer,) = await handler(store).handle([replace(waiting, was_pending=True)])
        assert answer.status == "conflict"
        assert [one.status for one in await store.find("w-1", None)] == ["conflict"]
        assert await store.ready(10) == []


async def _take(pool: asyncpg.Pool, command: DecodedCommand) -> None:
    """Record another command's event under the id that this command's event will have."""
    await handler(PostgresStore(pool)).handle([reject("other", "kz-8")])
    taken = uuid5(uuid5(NAMESPACE_URL, "urn:forcegen:event-id"), f"{command.envelope.source}\n{command.envelope.id}\n0")
    await pool.execute("UPDATE events SET id = $1 WHERE stream = 'mandate/kz-8'", taken)
