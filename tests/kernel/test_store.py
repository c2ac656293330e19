"""What a store promises, over memory and Postgres alike. Expectations are written out, never taken from either."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest
from pydantic import SecretStr

from kernel.command_service import MIGRATIONS
from kernel.decide.command_handler import CommandHandler
from kernel.identity.principal import Principal
from kernel.model.records import Batch, ConcurrencyConflict, DeadLetter, Fenced, OffsetAdvance, Origin
from kernel.store.database import migrate, provision
from kernel.store.memory import MemoryStore
from kernel.store.postgres import PostgresStore
from kernel.store.protocol import Store
from tests.kernel.door import Counting, reject
from tests.servers import Servers

pytestmark = pytest.mark.servers
P0 = ("some.topic", 0)


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    servers: Servers = request.getfixturevalue("servers")
    name: str = request.getfixturevalue("database")
    await provision(servers.database(name), "counting", "secret")
    url = servers.as_role("counting", "secret", name)
    await migrate(SecretStr(url), MIGRATIONS)
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        yield PostgresStore(pool)


def handler(store: Store) -> CommandHandler:
    return CommandHandler(Counting(), store, service="counting", streams_cached_max=100, appended=lambda: None)


async def test_an_accepted_command_is_answered_with_its_events_and_their_places(store: Store) -> None:
    first, second = await handler(store).handle([reject("c-1"), reject("c-2", "kz-2", "times:2")])
    assert (first.status, [(e.stream, e.version, e.position) for e in first.events]) == (
        "accepted",
        [("mandate/kz-1", 1, 1)],
    )
    assert [(e.stream, e.version, e.position) for e in second.events] == [
        ("mandate/kz-2", 1, 2),
        ("mandate/kz-2", 2, 3),
    ]


async def test_positions_go_on_without_a_gap_after_a_batch_that_failed(store: Store) -> None:
    await handler(store).handle([reject("c-1")])
    await store.begin_consuming("counting", [P0])
    with pytest.raises(Fenced):
        await handler(store).handle([reject("c-2")], (), OffsetAdvance("counting", {P0: (7, 8)}))
    (answer,) = await handler(store).handle([reject("c-3")])
    assert [e.position for e in answer.events] == [2]
    assert await store.find("c-2", None) == []


async def test_the_same_command_gets_the_first_answer_and_records_nothing_more(store: Store) -> None:
    (first,) = await handler(store).handle([reject("c-1")])
    (again,) = await handler(store).handle([reject("c-1")])
    assert again == first
    assert [e.version for e in await store.load({"mandate/kz-1": 0})] == [1]


async def test_the_same_command_twice_in_one_batch_is_decided_once(store: Store) -> None:
    first, again = await handler(store).handle([reject("c-1"), reject("c-1")])
    assert again == first
    assert first.events[0].position == 1
    assert [e.version for e in await store.load({"mandate/kz-1": 0})] == [1]


async def test_the_same_id_with_another_body_is_a_conflict_and_the_first_answer_stands(store: Store) -> None:
    (first,) = await handler(store).handle([reject("c-1")])
    (conflict,) = await handler(store).handle([reject("c-1", act="2")])
    assert (conflict.status, conflict.field) == ("conflict", "id")
    assert await store.find("c-1", "urn:test") == [first]


async def test_a_refusal_is_stored_and_given_again(store: Store) -> None:
    (refused,) = await handler(store).handle([reject("c-1", act="no")])
    (again,) = await handler(store).handle([reject("c-1", act="no")])
    assert (refused.status, refused.rule) == ("refused", "no")
    assert again == refused


async def test_a_decider_that_breaks_is_answered_and_the_commands_around_it_go_on(store: Store) -> None:
    answers = await handler(store).handle([reject("c-1"), reject("c-2", act="bug"), reject("c-3")])
    assert [(a.status, a.rule) for a in answers] == [("accepted", None), ("refused", "fault"), ("accepted", None)]


async def test_a_decision_on_a_stream_that_moved_is_made_anew(store: Store) -> None:
    here, there = handler(store), handler(store)
    await here.handle([reject("c-1")])
    await there.handle([reject("c-2")])
    (answer,) = await here.handle([reject("c-3")])
    assert [e.version for e in answer.events] == [3]


async def test_a_batch_that_saw_an_old_version_is_stale(store: Store) -> None:
    await handler(store).handle([reject("c-1")])
    with pytest.raises(ConcurrencyConflict):
        await store.append(Batch(read_set={"mandate/kz-1": 0}))


async def test_a_claim_of_another_owner_is_refused_also_within_one_batch(store: Store) -> None:
    first, second = await handler(store).handle([reject("c-1", "kz-1", "claim:x"), reject("c-2", "kz-2", "claim:x")])
    (third,) = await handler(store).handle([reject("c-3", "kz-3", "claim:x")])
    assert [(a.status, a.rule) for a in (first, second, third)] == [
        ("accepted", None),
        ("refused", "claimed"),
        ("refused", "claimed"),
    ]


async def test_an_owner_may_claim_again_what_it_holds(store: Store) -> None:
    await handler(store).handle([reject("c-1", "kz-1", "claim:x")])
    (again,) = await handler(store).handle([reject("c-2", "kz-1", "claim:x")])
    assert again.status == "accepted"


async def test_a_command_waits_for_a_fact_and_is_answered_when_it_is_there(store: Store) -> None:
    (pending,) = await handler(store).handle([reject("c-1", act="wait:kz-9")])
    assert (pending.status, pending.waits_for) == ("pending", "mandate/kz-9")
    assert await store.ready(10) == []
    waiting = await store.waiting((datetime(1, 1, 1, tzinfo=UTC), "", ""), 10)
    assert [(w["command_id"], w["waits_for"]) for w in waiting] == [("c-1", "mandate/kz-9")]

    await handler(store).handle([reject("c-2", "kz-9")])
    assert len(await store.ready(10)) == 1
    again = reject("c-1", act="wait:kz-9")
    (answer,) = await handler(store).handle(
        [type(again)(again.envelope, again.command, again.digest, was_pending=True)]
    )
    assert answer.status == "accepted"
    assert await store.find("c-1", None) == [answer]
    assert await store.ready(10) == []


async def test_a_repeat_of_a_waiting_command_is_answered_that_it_waits(store: Store) -> None:
    await handler(store).handle([reject("c-1", act="wait:kz-9")])
    (again,) = await handler(store).handle([reject("c-1", act="wait:kz-9")])
    assert again.status == "pending"


async def test_two_sources_may_use_one_id(store: Store) -> None:
    await handler(store).handle([reject("c-1")])
    other = reject("c-1", "kz-2", source="urn:b")
    (answer,) = await handler(store).handle([other])
    assert answer.status == "accepted"
    assert len(await store.find("c-1", None)) == 2


async def test_answers_to_a_principal_are_those_to_its_own_commands(store: Store) -> None:
    a, b = (Principal("api_key", name, contributors=None) for name in ("a", "b"))
    await handler(store).handle([replace(reject("c-1"), principal=a)])
    await handler(store).handle([replace(reject("c-1", "kz-2", source="urn:b"), principal=b)])
    await handler(store).handle([reject("c-2", "kz-3")])
    assert [one.command_source for one in await store.find("c-1", None, {"b", "c"})] == ["urn:b"]
    assert len(await store.find("c-1", None, {"a", "b"})) == 2
    for acted in (set[str](), {"c"}, {"unauthenticated"}):
        assert list(await store.find("c-2", None, acted)) == []


async def test_offsets_move_only_from_where_they_are(store: Store) -> None:
    assert await store.begin_consuming("counting", [P0]) == {P0: 0}
    letter = DeadLetter(
        Origin(*P0, 3), None, b"\xff\x00", (("ce_id", b"\xfe"),), "It is no JSON.", "value", "Send JSON."
    )
    await store.append(Batch(dead_letters=[letter], offsets=OffsetAdvance("counting", {P0: (0, 4)})))
    assert await store.begin_consuming("counting", [P0]) == {P0: 4}
    with pytest.raises(Fenced):
        await store.append(Batch(offsets=OffsetAdvance("counting", {P0: (0, 4)})))


async def test_a_measurement_of_offsets_leaves_nothing_behind(store: Store) -> None:
    """Given a partition that was never read, when its offset is measured, then nobody began to consume it: another
    process that believes it is at 0 is fenced as before."""
    assert await store.stored_offsets("counting", [P0]) == {P0: 0}
    with pytest.raises(Fenced):
        await store.append(Batch(offsets=OffsetAdvance("counting", {P0: (0, 4)})))
    await store.begin_consuming("counting", [P0])
    await store.append(Batch(offsets=OffsetAdvance("counting", {P0: (0, 4)})))
    assert await store.stored_offsets("counting", [P0, ("other.topic", 0)]) == {P0: 4, ("other.topic", 0): 0}
    assert await store.stored_offsets("another", [P0]) == {P0: 0}


async def test_a_measurement_of_offsets_does_not_wait_for_a_batch(servers: Servers, database: str) -> None:
    """Given a process that holds a consumer's row in an open transaction, when the offset is measured in a session that
    may only read, then it answers at once with what is committed; a process that begins to consume has to wait."""
    await provision(servers.database(database), "counting", "secret")
    url = servers.as_role("counting", "secret", database)
    await migrate(SecretStr(url), MIGRATIONS)
    read_only = {"default_transaction_read_only": "on"}
    async with (
        asyncpg.create_pool(url, min_size=1, max_size=2) as writing,
        asyncpg.create_pool(url, min_size=1, max_size=1, server_settings=read_only) as reading,
        writing.acquire() as holder,
        holder.transaction(),
    ):
        await holder.execute(
            "INSERT INTO consumed (consumer, topic, part, next_offset) VALUES ('counting', $1, $2, 4)", *P0
        )
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(PostgresStore(writing).begin_consuming("counting", [P0]), 1)
        measured = await asyncio.wait_for(PostgresStore(reading).stored_offsets("counting", [P0]), 10)
        assert measured == {P0: 0}


async def test_a_claim_that_is_stored_for_another_owner_is_seen_by_a_batch_that_takes_it_with_others(
    store: Store,
) -> None:
    await handler(store).handle([reject("c-1", "kz-1", "claim:x")])
    free, taken, own = await handler(store).handle(
        [reject("c-2", "kz-2", "claim:y"), reject("c-3", "kz-3", "claim:x"), reject("c-4", "kz-1", "claim:x")]
    )
    assert [answer.status for answer in (free, taken, own)] == ["accepted", "refused", "accepted"]


async def test_of_two_batches_that_claim_the_same_at_once_one_is_refused(store: Store) -> None:
    first, second = await asyncio.gather(
        handler(store).handle([reject("c-1", "kz-1", "claim:x")]),
        handler(store).handle([reject("c-2", "kz-2", "claim:x")]),
    )
    assert sorted([first[0].status, second[0].status]) == ["accepted", "refused"]


LONG = "Я" * 2048


@pytest.mark.parametrize(("source", "id_"), [("urn:test", LONG), (LONG, "c"), ("s" * 2048, "i" * 2048), (LONG, LONG)])
async def test_an_identity_that_no_index_holds_is_answered_and_found_and_its_neighbours_go_on(
    store: Store, source: str, id_: str
) -> None:
    batch = [reject("c-1"), reject(id_, source=source), reject("c-2")]
    answers = await handler(store).handle(batch)
    assert [a.status for a in answers] == ["accepted", "invalid", "accepted"]
    assert answers[1].field in ("id", "source")
    assert await store.find(id_, None) == await store.find(id_, source) == [answers[1]]
    assert await handler(store).handle(batch) == answers


async def test_a_source_and_an_id_that_read_the_same_together_are_two_commands(store: Store) -> None:
    one, other = reject("bc", source="a"), reject("c", source="ab")
    first, second = await handler(store).handle([one, other])
    assert (first.status, second.status) == ("accepted", "accepted")
    assert await store.find("bc", "a") == [first]
    assert await store.find("c", "ab") == [second]


async def test_a_command_that_waits_under_the_longest_identity_is_settled(store: Store) -> None:
    source, id_ = "s" * 1024, "i" * 1024
    waits = reject(id_, act="wait:kz-9", source=source)
    assert [a.status for a in await handler(store).handle([waits, reject("c-2", "kz-9")])] == ["pending", "accepted"]
    assert len(await store.ready(10)) == 1
    (answer,) = await handler(store).handle(
        [type(waits)(waits.envelope, waits.command, waits.digest, was_pending=True)]
    )
    assert answer.status == "accepted"
    assert await store.ready(10) == []
