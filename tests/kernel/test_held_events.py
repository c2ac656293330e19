"""Newer events of other services: held with what follows them, and taken up, in order, by a program that knows them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from contracts.approvals import MandateApproved
from contracts.newer import NewerThanProgram
from contracts.registry import EVENTS
from kernel.command_service import MIGRATIONS
from kernel.decide.command_handler import CommandHandler
from kernel.decide.held_events import WHAT, TooManyHeld
from kernel.decide.newer_log import newer_words, refuse_newer
from kernel.decide.record_decoder import BEHIND
from kernel.http.held_routes import held
from kernel.http.problem_details import answer_problems
from kernel.identity.principal import Principal
from kernel.model.records import Origin
from kernel.store.database import migrate, provision
from kernel.store.drop_held_event import drop_held_event
from kernel.store.postgres import PostgresStore
from tests.callers import CalledAs
from tests.kernel.door import Counting, reject
from tests.kernel.policy_service import SOON, TOPIC, Service, approval, newer, record, service, upgrade
from tests.servers import Servers

__all__ = ["service"]
pytestmark = pytest.mark.servers


async def test_a_newer_event_is_held_with_what_follows_it_and_taken_up_in_order_after_the_upgrade(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await service.read(approval(1), newer(approval(2)), approval(3), approval(1, "kz-2")) == (0, 2)
    assert await service.read(approval(4)) == (0, 1)
    assert (await service.recorded("kz-1"), await service.recorded("kz-2")) == (["1"], ["1"])
    await service.held_event_retry.try_all()
    assert await service.recorded("kz-1") == ["1"]
    assert "3 of at most 100 are held: upgrade" in service.health.remarks[WHAT]
    assert service.health.problems() == []
    first = (await service.store.held_of((TOPIC, "mandate/kz-1"), 1))[0]
    assert first.reason == "forcegen.approvals.MandateApproved in version 2 is newer than this program."

    upgrade(monkeypatch)
    await service.held_event_retry.try_all()
    assert await service.recorded("kz-1") == ["1", "2", "3", "4"]
    assert await service.store.held_number() == 0
    assert service.health.remarks == {}
    assert await service.read(approval(5)) == (0, 0)
    assert await service.recorded("kz-1") == ["1", "2", "3", "4", "5"]


async def test_a_type_to_come_is_held_too(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await service.read(replace(approval(1), **SOON)) == (0, 1)
    await service.held_event_retry.try_all()
    monkeypatch.setitem(EVENTS, SOON["type"], MandateApproved)
    await service.held_event_retry.try_all()
    assert await service.recorded("kz-1") == ["1"]


@pytest.mark.parametrize(
    "change",
    [
        {"source": "urn:somebody"},
        {"source": "urn:forcegen:vacancies"},
        {"type": "forcegen.vacancies.Soon"},
        {"dataschema": "urn:forcegen:approvals.Other:2"},
        {"dataschema": "https://example.org/2"},
        {"stream_version": None},
        {"position": None},
        {"id": "1"},
        {"data": b"[]"},
    ],
    ids=str,
)
async def test_junk_is_a_dead_letter_and_holds_up_nobody(service: Service, change: dict[str, Any]) -> None:
    assert await service.read(replace(newer(approval(1)), **change), approval(2)) == (1, 0)
    assert await service.recorded("kz-1") == ["2"]


async def test_what_does_not_fit_after_the_upgrade_is_a_dead_letter_and_what_follows_goes_on(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.read(replace(newer(approval(1)), data=b'{"soon": 1}'), approval(2))
    upgrade(monkeypatch)
    await service.held_event_retry.try_all()
    assert await service.recorded("kz-1") == ["2"]
    assert await service.store.held_number() == 0


async def test_one_stream_that_waits_holds_up_no_other(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await service.read(replace(approval(1), **SOON), newer(approval(1, "kz-2")), approval(2), approval(2, "kz-2"))
    upgrade(monkeypatch)
    await service.held_event_retry.try_all()
    assert (await service.recorded("kz-1"), await service.recorded("kz-2")) == ([], ["1", "2"])
    assert await service.store.held_number() == 2


async def test_more_than_the_bound_is_not_taken_in_and_nothing_is_lost(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounded = Service(service.store, held_max=2)
    await bounded.read(newer(approval(1)), approval(2))
    with pytest.raises(TooManyHeld):
        await bounded.read(approval(3))
    assert "no more are taken, and the partitions that bring them stand" in bounded.health.standing[WHAT]
    upgrade(monkeypatch)
    await bounded.held_event_retry.try_all()
    assert await bounded.read(approval(3)) == (0, 0)
    assert await bounded.recorded("kz-1") == ["1", "2", "3"]
    assert bounded.health.problems() == []


async def test_a_held_event_that_is_read_again_is_held_once(service: Service) -> None:
    await service.read(newer(approval(1)))
    decoded = await service.record_decoder.decode_batch([record(newer(approval(1)), 0)], service.store)
    await service.command_handler.handle(decoded.commands, decoded.dead_letters, held=decoded.held)
    assert await service.store.held_number() == 1


async def test_whatever_bytes_its_headers_are_of_they_come_back(service: Service) -> None:
    odd = record(newer(approval(1)), 0)
    odd.headers += [("x\0", b"\xff"), ("y", None)]
    decoded = await service.record_decoder.decode_batch([odd], service.store)
    await service.command_handler.handle([], held=decoded.held)
    (held,) = await service.store.held_of((TOPIC, "mandate/kz-1"), 10)
    assert held.headers == tuple(odd.headers)
    assert (held.key, held.value) == (odd.key, odd.value)


@pytest.fixture
async def counting(servers: Servers, database: str) -> AsyncIterator[asyncpg.Pool]:
    await provision(servers.database(database), "counting", "secret")
    url = servers.as_role("counting", "secret", database)
    await migrate(SecretStr(url), MIGRATIONS)
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        yield pool


async def test_an_operator_gives_one_up_with_the_reason_and_what_follows_goes_on(counting: asyncpg.Pool) -> None:
    service = Service(PostgresStore(counting))
    await service.read(newer(approval(1)), approval(2))
    async with counting.acquire() as connection:
        assert not await drop_held_event(connection, Origin(TOPIC, 0, 7), "why not")
        assert await drop_held_event(connection, Origin(TOPIC, 0, 0), "entered by hand\0")
    (letter,) = await counting.fetch("SELECT reason, value, remedy, position FROM dead_letters")
    assert letter["reason"] == "An operator dropped it while it was held: entered by hand\\x00"
    assert (letter["value"], letter["position"]) == (newer(approval(1)).data, 1)
    await service.held_event_retry.try_all()
    assert await service.recorded("kz-1") == ["2"]


def dropping(pool: asyncpg.Pool, operator: str, *, needs_second: bool = True) -> httpx.AsyncClient:
    """The routes of a service, called by an operator."""
    app = FastAPI()
    answer_problems(app)
    held(app, pool, needs_second=lambda: needs_second)
    caller = Principal("api_key", operator, roles=frozenset({"operator"}), contributors=None)
    transport = httpx.ASGITransport(app=CalledAs(app, caller))
    return httpx.AsyncClient(transport=transport, base_url="http://counting")


def drop(reason: str = "by hand", offset: int = 0) -> dict[str, Any]:
    return {"url": "/v1/held/drop", "params": {"at": f"{TOPIC}/0/{offset}", "reason": reason}}


async def test_a_second_operator_confirms_the_drop_and_the_letter_names_both(counting: asyncpg.Pool) -> None:
    service = Service(PostgresStore(counting))
    await service.read(newer(approval(1)), approval(2))
    async with dropping(counting, "anna") as anna, dropping(counting, "bolat") as bolat:
        assert (await anna.post(**drop())).json() == {"state": "proposed", "operators": ["anna"], "reason": "by hand"}
        (shown, _) = (await bolat.get("/v1/held")).json()["items"]
        assert (shown["drop_proposed_by"], shown["drop_reason"]) == ("anna", "by hand")
        assert (await bolat.post(**drop())).json()["operators"] == ["anna", "bolat"]
        assert (await anna.post(**drop())).status_code == 404
    (letter,) = await counting.fetch("SELECT reason FROM dead_letters")
    assert letter["reason"] == "The operators anna and bolat dropped it while it was held: by hand"
    await service.held_event_retry.try_all()
    assert await service.recorded("kz-1") == ["2"]


@pytest.mark.parametrize("again", ["anna", " ANNA", "\uff41nna"])
async def test_one_operator_drops_nothing_in_any_spelling(counting: asyncpg.Pool, again: str) -> None:
    await Service(PostgresStore(counting)).read(newer(approval(1)))
    async with dropping(counting, "anna") as anna, dropping(counting, again) as other:
        await anna.post(**drop())
        assert (await other.post(**drop())).json()["state"] == "proposed"
    assert await counting.fetchval("SELECT count(*) FROM held") == 1


async def test_a_drop_for_another_reason_is_another_proposal(counting: asyncpg.Pool) -> None:
    await Service(PostgresStore(counting)).read(newer(approval(1)))
    async with dropping(counting, "anna") as anna, dropping(counting, "bolat") as bolat:
        await anna.post(**drop())
        assert (await bolat.post(**drop("a duplicate"))).json()["operators"] == ["bolat"]
        assert (await bolat.post(**drop(" "))).status_code == 400
        assert (await anna.post(**drop("a duplicate"))).json()["operators"] == ["bolat", "anna"]


async def test_without_a_register_one_operator_drops_and_is_named(counting: asyncpg.Pool) -> None:
    await Service(PostgresStore(counting)).read(newer(approval(1)))
    async with dropping(counting, "anna", needs_second=False) as anna:
        assert (await anna.post(**drop(offset=7))).status_code == 404
        assert (await anna.post(**drop())).json()["state"] == "dropped"
    assert await counting.fetchval("SELECT reason FROM dead_letters") == (
        "The operator anna dropped it while it was held: by hand"
    )


async def test_what_is_held_is_listed_page_by_page(counting: asyncpg.Pool) -> None:
    service = Service(PostgresStore(counting))
    await service.read(newer(approval(1)), approval(2), approval(3))
    app = FastAPI()
    held(app, counting)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://counting") as client:
        first = (await client.get("/v1/held", params={"limit": 2})).json()
        last = (await client.get("/v1/held", params={"limit": 2, "cursor": first["next"]})).json()
    shown = [(one["offset"], one["stream"], one["version"], one["attempts"]) for one in first["items"] + last["items"]]
    assert shown == [(0, "mandate/kz-1", 1, 0), (1, "mandate/kz-1", 2, 0), (2, "mandate/kz-1", 3, 0)]
    assert (first["items"][1]["reason"], last["next"]) == (BEHIND, None)


async def test_a_log_that_a_newer_program_wrote_is_refused_at_the_start(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.command_handler.handle([reject("c-1")])
    words = await service.store.words()
    assert words == {("forcegen.approvals.MandateRejected", 1)}
    refuse_newer("approvals", words)
    assert newer_words(words) == []
    with pytest.raises(SystemExit, match=r"newer version of this program: forcegen\.approvals\.X version 1\."):
        refuse_newer("approvals", {*words, ("forcegen.approvals.X", 1)})
    with pytest.raises(SystemExit, match="MandateRejected version 2"):
        refuse_newer("approvals", {("forcegen.approvals.MandateRejected", 2)})


async def test_a_process_that_meets_a_newer_event_in_its_log_says_so_and_answers_nobody(counting: asyncpg.Pool) -> None:
    store, met = PostgresStore(counting), list[NewerThanProgram]()
    intake = CommandHandler(
        Counting(), store, service="counting", streams_cached_max=100, appended=lambda: None, newer=met.append
    )
    await intake.handle([reject("c-1")])
    await counting.execute(
        "INSERT INTO events SELECT position + 1, stream, version + 1, gen_random_uuid(), type, 2, data, effective,"
        " recorded, correlation_id, causation_id, actor, traceparent FROM events"
    )
    with pytest.raises(NewerThanProgram):
        await intake.handle_separately([reject("c-2"), reject("c-3", "kz-2")])
    assert len(met) == 1
    assert await store.find("c-2", None) == []
