"""Who acted is kept with a command that waits, and stands in the events that it leads to, on either store."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.cloudevents import from_kafka
from contracts.envelope import ActedBy
from kernel.command_service import DecidingProcess, DecidingService
from kernel.decide.command_handler import CommandHandler
from kernel.identity.principal import ROLES, UNAUTHENTICATED, Principal, system
from kernel.identity.recorded import acted_by, from_json, reacting, to_json
from kernel.messaging import outbox
from kernel.model.records import DecodedCommand
from kernel.runtime.settings import Settings
from kernel.store.memory import MemoryStore
from kernel.store.postgres import PostgresStore
from kernel.store.protocol import Store
from tests.kernel.door import Counting, reject
from tests.kernel.policy_service import Service, approval
from tests.kernel.stores import postgres_pool
from tests.servers import Servers

KZ = Principal(
    "service_account",
    "mfa-kz",
    roles=frozenset({"producer"}),
    contributors=frozenset({"KZX"}),
    key="k1",
    proof=b"\x01" * 32,
    register=f"7:{'cd' * 32}",
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
PRINCIPALS = st.builds(
    Principal,
    st.sampled_from(["service_account", "user", "app_user", "api_key", "system", "unknown"]),
    TEXTS,
    roles=st.frozensets(st.sampled_from(sorted(ROLES))),
    contributors=st.none() | st.frozensets(TEXTS),
    key=st.none() | TEXTS,
    proof=st.none() | st.binary(min_size=32, max_size=32),
    register=st.none() | TEXTS,
    on_behalf_of=st.none() | TEXTS,
)


@given(PRINCIPALS)
def test_a_stored_principal_is_the_same_again(principal: Principal) -> None:
    assert from_json(to_json(principal)) == principal


def test_a_command_that_an_earlier_version_stored_has_nobody() -> None:
    assert from_json(None) == UNAUTHENTICATED


def test_a_policy_acts_on_behalf_of_whoever_acted_first() -> None:
    first = reacting("vacancies", acted_by(KZ))
    assert first == system("vacancies", "mfa-kz")
    assert reacting("deployments", acted_by(first)) == system("deployments", "mfa-kz")
    assert reacting("deployments", acted_by(UNAUTHENTICATED)) == system("deployments")
    assert reacting("deployments", None) == system("deployments")


def handler(store: Store) -> CommandHandler:
    return CommandHandler(Counting(), store, service="approvals", streams_cached_max=100)


def sent_by(principal: Principal, id_: str, *, act: str = "1", mandate: str = "kz-1") -> DecodedCommand:
    return replace(reject(id_, mandate, act), principal=principal, place="approvals.commands/0/7")


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.servers)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    servers: Servers = request.getfixturevalue("servers")
    async with postgres_pool(servers, request.getfixturevalue("database"), "approvals") as pool:
        yield PostgresStore(pool)


async def test_a_pending_command_keeps_its_principal_over_a_restart(store: Store) -> None:
    await handler(store).handle([sent_by(KZ, "w-1", act="wait:kz-9")])
    await handler(store).handle([reject("c-9", "kz-9")])
    (waiting,) = await store.ready(10)
    assert from_json(waiting.principal) == KZ
    assert waiting.place == "approvals.commands/0/7"
    assert from_kafka(None, waiting.envelope, [("content-type", b"application/cloudevents+json")]).id == "w-1"


async def test_a_process_that_starts_decides_a_pending_command_as_that_of_its_principal(
    servers: Servers, database: str
) -> None:
    async with postgres_pool(servers, database, "approvals") as pool:
        waiting, awaited = sent_by(KZ, "w-1", act="wait:kz-9"), reject("c-9", "kz-9")
        await handler(PostgresStore(pool)).handle([waiting])
        await handler(PostgresStore(pool)).handle([awaited])
        process = DecidingProcess(DecidingService("approvals", Counting()), Settings(), pool)
        assert await process._settle_ready() == 1
        (row,) = await pool.fetch("SELECT authid, authkey, causeplace FROM events WHERE causation_id = 'w-1'")
        assert tuple(row) == ("mfa-kz", "k1", "approvals.commands/0/7")


async def test_events_and_outcomes_say_who_acted(servers: Servers, database: str) -> None:
    async with postgres_pool(servers, database, "approvals") as pool:
        await handler(PostgresStore(pool)).handle([sent_by(KZ, "c-1"), reject("c-2"), sent_by(KZ, "c-3", act="no")])
        readers = outbox.readers(pool, "approvals", ["events", "outcomes"])
        published = {
            log: [
                from_kafka(one.key, one.value, one.headers)
                for one in await readers[log](0, 10)
                if isinstance(one, outbox.OutboxRecord)
            ]
            for log in readers
        }
    by_kz = ActedBy("service_account", "mfa-kz", "k1", "01" * 32, f"7:{'cd' * 32}")
    assert [one.acted_by for one in published["events"]] == [by_kz, ActedBy("unauthenticated")]
    assert [one.cause_place for one in published["events"]] == ["approvals.commands/0/7", None]
    assert [one.acted_by for one in published["outcomes"]] == [by_kz, ActedBy("unauthenticated"), by_kz]


async def test_a_reaction_says_the_service_and_on_whose_behalf() -> None:
    service = Service(MemoryStore())
    await service.read(approval(1, acted_by=acted_by(KZ)))
    (recorded,) = [event for event in service.store.events if event.principal.kind == "system"]  # type: ignore[attr-defined]
    assert recorded.principal == system("counting", "mfa-kz")
    assert recorded.place == "approvals.events/0/0"


async def test_who_acted_is_never_read_from_a_command() -> None:
    """`ce_authid` from outside is what anybody may write."""
    service = Service(MemoryStore())
    forged = reject("c-1", acted_by=ActedBy("system", "urn:forcegen:counting"))
    await service.command_handler.handle([forged])
    (recorded,) = service.store.events  # type: ignore[attr-defined]
    assert recorded.principal == UNAUTHENTICATED
