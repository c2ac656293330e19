"""A deciding service over HTTP: any id can be looked up; passing faults are distinguished from lasting ones."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from contracts.outcome import CommandDecided
from kernel.decide.command_handler import CommandHandler
from kernel.http import command_routes
from kernel.http.command_routes import CommandQueue
from kernel.http.page_cursor import encode
from kernel.identity.intake import Senders
from kernel.identity.principal import Principal
from kernel.model.records import DecodedCommand
from kernel.runtime.health import Health
from kernel.store.memory import MemoryStore
from tests.callers import ANYTHING, scoped
from tests.integration.serving import served
from tests.kernel.door import Counting, reject
from tests.strangers import Stranger

WAITING_MAX = 5


@asynccontextmanager
async def door(
    take: Any = None,
    *,
    begins: asyncio.Event | None = None,
    senders: Senders | None = None,
    caller: Principal = ANYTHING,
    store: MemoryStore | None = None,
) -> AsyncIterator[tuple[httpx.AsyncClient, MemoryStore]]:
    """A service over a store in memory; `take` stands in for how its batches are decided, once it `begins`."""
    store = store or MemoryStore()
    intake = CommandHandler(Counting(), store, service="approvals", streams_cached_max=10, appended=lambda: None)
    queue = CommandQueue(take or intake.handle, batch_max=10, waiting_max=WAITING_MAX, health=Health(1))
    pool: Any = None
    app = command_routes.build(
        "approvals",
        store=store,
        pool=pool,
        queue=queue,
        decode=_admit,
        senders=senders or Senders(),
        health=Health(1),
        lifespan=_none,
    )

    async def run() -> None:
        await (begins.wait() if begins else asyncio.sleep(0))
        await queue.run()

    loop = asyncio.create_task(run())
    async with served(app, caller) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:
        yield client, store
    loop.cancel()


@asynccontextmanager
async def _none(_: FastAPI) -> AsyncIterator[None]:
    yield


def _admit(envelope: Any, principal: Principal) -> DecodedCommand:
    return replace(reject(envelope.id, source=envelope.source), principal=principal)


def event(id_: str, source: str = "urn:test") -> dict[str, Any]:
    data = {"mandate": "kz-1", "decision": {"act_number": "1", "decided_on": "2022-06-30"}}
    kind = {"type": "forcegen.approvals.RejectMandate", "subject": "mandate/kz-1"}
    return {"specversion": "1.0", "id": id_, "source": source, **kind, "data": data}


STRUCTURED = {"content-type": "application/cloudevents+json"}
BATCH = {"content-type": "application/cloudevents-batch+json"}
IDS = (
    "5b1f0a3e-0000-5000-8000-000000000000/0",
    "a/b//c",
    "?id=1&b=2#c",
    "50%",
    "%2F",
    "..",
    "a/../b",
    "/",
    "a b+c",
    "e\u0301",
    "\u0378",
    "письмо № 7",
    "🕊",
    "a\N{NO-BREAK SPACE}b",
    "x" * 1_024,
    ";,:@!$'()*=[]{}|\\^`\"<>",
)


@pytest.mark.parametrize("id_", IDS)
async def test_any_id_that_a_command_may_have_can_be_looked_up(id_: str) -> None:
    async with door() as (client, _):
        sent = await client.post("/v1/commands", json=event(id_), headers=STRUCTURED)
        assert (sent.status_code, sent.json()["command_id"]) == (200, id_)
        query, segment, plain = quote(id_, safe=""), quote(id_, safe=""), quote(id_, safe="/")
        with Stranger(str(client.base_url)) as stranger:
            for target in (f"/v1/commands?id={query}", f"/v1/commands/{segment}", f"/v1/commands/{plain}"):
                answer = await asyncio.to_thread(stranger.send, "GET", target)
                assert (answer.status, json.loads(answer.body)["command_id"]) == (200, id_), target


async def test_where_two_sources_used_an_id_the_source_is_required_and_any_may_be_named() -> None:
    async with door() as (client, _):
        for source in ("urn:a", "urn:ж/ b?c"):
            await client.post("/v1/commands", json=event("same/id", source), headers=STRUCTURED)
        either = await client.get("/v1/commands", params={"id": "same/id"})
        assert (either.status_code, either.json()["field"]) == (409, "source")
        one = await client.get("/v1/commands", params={"id": "same/id", "source": "urn:ж/ b?c"})
        assert one.json()["command_source"] == "urn:ж/ b?c"


async def test_a_producer_reads_its_own_answers_and_no_others() -> None:
    """An answer to somebody else is as unknown as one that nobody has."""
    store = MemoryStore()
    intake = CommandHandler(Counting(), store, service="approvals", streams_cached_max=10, appended=lambda: None)
    a, b = (Principal("api_key", name, frozenset({"producer"}), frozenset({"KZX"})) for name in ("a", "b"))
    await intake.handle([replace(reject("c-1"), principal=a)])
    answers = {}
    for name, caller in {"a": a, "b": b, "scoped": scoped("KZX"), "all": ANYTHING}.items():
        async with door(caller=caller, store=store) as (client, _):
            for path in ("/v1/commands?id=c-1", "/v1/commands/c-1"):
                answers[name, path] = await client.get(path)
            unknown = await client.get("/v1/commands?id=c-2")
    assert {status.status_code for (name, _), status in answers.items() if name in ("a", "all")} == {200}
    foreign = [answer for (name, _), answer in answers.items() if name in ("b", "scoped")]
    assert {answer.status_code for answer in foreign} == {404}
    assert {answer.text.replace("c-1", "c-2") for answer in foreign} == {unknown.text}


async def test_a_batch_that_can_never_fit_is_refused_for_good_with_the_bound() -> None:
    async with door() as (client, store):
        batch = [event(str(nr)) for nr in range(WAITING_MAX + 1)]
        answer = await client.post("/v1/commands", json=batch, headers=BATCH)
        assert (answer.status_code, answer.json()["field"]) == (413, "body")
        assert f"{WAITING_MAX}" in answer.json()["detail"]
        assert "retry-after" not in answer.headers
        assert not store.outcomes
        fits = await client.post("/v1/commands", json=batch[1:], headers=BATCH)
        assert (fits.status_code, len(fits.json())) == (200, WAITING_MAX)


async def test_a_service_that_is_busy_says_when_to_come_again() -> None:
    begins = asyncio.Event()
    async with door(begins=begins) as (client, _):
        batches = [[event(f"{which}-{nr}") for nr in range(WAITING_MAX)] for which in ("one", "other")]
        requests = [asyncio.create_task(client.post("/v1/commands", json=one, headers=BATCH)) for one in batches]
        done, waiting = await asyncio.wait(requests, return_when=asyncio.FIRST_COMPLETED)
        answer = done.pop().result()
        assert (answer.status_code, answer.json()["title"], answer.headers["retry-after"]) == (503, "Busy", "1")
        begins.set()
        assert [(await one).status_code for one in waiting] == [200]


@pytest.mark.parametrize(
    ("fault", "status", "again"),
    [
        (ConnectionRefusedError(), 503, True),
        (asyncpg.CannotConnectNowError("starting"), 503, True),
        (asyncpg.AdminShutdownError("stopped"), 503, True),
        (asyncpg.TooManyConnectionsError("full"), 503, True),
        (asyncpg.DeadlockDetectedError("deadlock"), 503, True),
        (ZeroDivisionError(), 500, False),
        (asyncpg.UniqueViolationError("twice"), 500, False),
        (asyncpg.ProgramLimitExceededError("index row too large"), 500, False),
        (asyncpg.exceptions._base.DataError("no such value"), 500, False),
    ],
)
async def test_what_passes_is_distinguished_from_what_does_not(fault: Exception, status: int, again: bool) -> None:
    async def take(_: Sequence[DecodedCommand]) -> Sequence[CommandDecided]:
        raise fault

    async with door(take) as (client, _):
        answer = await client.post("/v1/commands", json=event("1"), headers=STRUCTURED)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert ("retry-after" in answer.headers) == again
    assert ("again" in answer.json()["remedy"].partition(".")[0]) == again


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"[]", BATCH, 200),
        (b"{}", BATCH, 200),
        (b"", BATCH, 200),
        (b"not json", BATCH, 200),
        (b"[1, null, []]", BATCH, 200),
        (b"[" * 100_000, BATCH, 200),
        (b"{}", STRUCTURED, 400),
        (b"[]", STRUCTURED, 400),
        (b"", STRUCTURED, 400),
        (b"\xff", STRUCTURED, 400),
        (b"{}", {"content-type": "application/cloudevents+xml"}, 400),
        (b"{}", {"content-type": "text/plain"}, 400),
        (b"{}", {}, 400),
        (b"x" * (command_routes.BODY_BYTES_MAX + 1), STRUCTURED, 413),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_any_body_has_an_answer(body: bytes, headers: dict[str, str], status: int) -> None:
    async with door() as (client, _):
        answer = await client.post("/v1/commands", content=body, headers=headers)
        assert answer.status_code == status, answer.text
        outcomes = answer.json()
        for one in outcomes if isinstance(outcomes, list) else [outcomes]:
            assert one["field"], one
            assert one["remedy"], one


RAW: dict[str, Callable[[bytes], bytes]] = {
    "in pieces": lambda body: (
        b"Transfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"%x\r\n%s\r\n" % (len(body[at : at + 7]), body[at : at + 7]) for at in range(0, len(body), 7))
        + b"0\r\n\r\n"
    ),
    "shorter than it says": lambda body: b"Content-Length: %d\r\n\r\n%s" % (len(body) + 50, body),
    "longer than it says": lambda body: b"Content-Length: %d\r\n\r\n%sGARBAGE" % (len(body), body),
    "two lengths": lambda body: b"Content-Length: 3\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body),
    "a length that is none": lambda body: b"Content-Length: -1\r\n\r\n%s" % body,
    "pieces that are none": lambda body: b"Transfer-Encoding: chunked\r\n\r\nzz\r\n%s" % body,
    "another coding": lambda body: b"Transfer-Encoding: gzip\r\n\r\n%s" % body,
    "both": lambda body: b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
}
WHOLE = ("in pieces", "longer than it says")


@pytest.mark.parametrize("how", RAW)
async def test_however_a_body_comes_the_service_goes_on(how: str) -> None:
    async with door() as (client, store):
        host, port = client.base_url.host, client.base_url.port
        body = json.dumps(event("raw")).encode()
        head = b"POST /v1/commands HTTP/1.1\r\nHost: x\r\nContent-Type: application/cloudevents+json\r\n"
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(head + RAW[how](body))
        if how != "shorter than it says":
            status = await reader.readline()
            assert status.split()[1] == (b"200" if how in WHOLE else b"400"), status
        writer.close()
        assert len(store.outcomes) == (how in WHOLE)
        good = await client.post("/v1/commands", json=event("good"), headers=STRUCTURED)
        assert good.json()["status"] == "accepted"


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ("/v1/commands/%00", "command_id"),
        ("/v1/commands?id=%00", "id"),
        ("/v1/commands?id=", "id"),
        ("/v1/commands", "id"),
        ("/v1/commands/", "command_id"),
        (f"/v1/commands?id={'x' * 9_000}", "id"),
        ("/v1/commands/a?source=%ED%A0%80", "source"),
        (f"/v1/pending?cursor={encode('pending', '0001-01-01T00:00:00+05:00', 'a', 'b')}", "cursor"),
        (f"/v1/pending?cursor={encode('pending', '20220630', 'a', 'b')}", "cursor"),
        (f"/v1/pending?cursor={encode('pending', '2022-06-30T00:00:00Z', 'a')}", "cursor"),
        (f"/v1/pending?cursor={encode('pending', '2022-06-30T00:00:00Z', 'a', chr(0))}", "cursor"),
        (f"/v1/pending?cursor={encode('dead-letters', '1')}", "cursor"),
        ("/v1/pending?limit=1&limit=2", "limit"),
        (f"/v1/dead-letters?cursor={encode('dead-letters', '9' * 20)}", "cursor"),
        (f"/v1/dead-letters?cursor={encode('dead-letters', '-1')}", "cursor"),
        ("/v1/dead-letters?after=1", "after"),
        ("/v1/dead-letters?limit=1e2", "limit"),
        ("/v1/dead-letters?before=1", "before"),
    ],
)
async def test_a_parameter_that_cannot_be_held_is_named(target: str, field: str) -> None:
    async with door() as (client, _):
        with Stranger(str(client.base_url)) as stranger:
            answer = await asyncio.to_thread(stranger.send, "GET", target)
        assert (answer.status, answer.problem["field"]) == (400, field), answer
        assert answer.problem["remedy"]


async def test_head_of_a_route_is_get_without_the_body_and_another_method_is_answered_with_those_there_are() -> None:
    async with door() as (client, _):
        await client.post("/v1/commands", json=event("a"), headers=STRUCTURED)
        for path in ("/v1/commands/a", "/v1/commands?id=a", "/livez", "/openapi.json", "/nowhere"):
            got, head = await client.get(path), await client.head(path)
            assert (head.status_code, head.content) == (got.status_code, b"")
            assert head.headers["content-length"] == got.headers["content-length"]
        refused = await client.delete("/v1/commands")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST")
        assert refused.json()["remedy"] == "Use one of GET, HEAD, POST."
