"""The guard in front of a service: what each kind of caller may use, and how others are refused."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.types import Message

from kernel.http import application, operator_routes, permits
from kernel.http.access import authenticator
from kernel.http.authentication import Authenticator, Credentials
from kernel.http.guard import Guard, guard
from kernel.http.permits import RouteTable, RouteWithoutPermit, allow
from kernel.http.principals import Caller
from kernel.identity.principal import ROLES, Principal
from kernel.identity.tokens import digest_of
from kernel.runtime.health import Health
from kernel.runtime.settings import Settings

CALLERS = {
    "reader": "roles=reader contributors=*",
    "state": "roles=reader contributors=KAZ",
    "auditor": "roles=auditor contributors=*",
    "operator": "roles=operator contributors=*",
    "producer": "roles=producer contributors=*",
    "expired": "roles=reader contributors=* expires=2020-01-01",
}


def app() -> FastAPI:
    async def ready() -> list[str]:
        return ["it does not answer"]

    made = application.app("a service")
    health = Health(30)
    health.stands("a partition", "it waits")
    operator_routes.operations(made, health, service="x", ready=ready)
    permits.declare(
        made,
        {
            "GET /whole": allow("reader"),
            "GET /scoped": allow("reader", scoped=True),
            "GET /page": allow("reader", page=True),
            "POST /say": allow("producer"),
            "GET /things/{name:path}": allow("auditor"),
        },
    )

    async def who(caller: Caller) -> dict[str, Any]:
        return {"id": caller.id, "kind": caller.kind, "states": caller.contributors and sorted(caller.contributors)}

    async def thing(name: str, caller: Caller) -> str:
        return f"{name} to {caller.id}"

    for path in ("/whole", "/scoped", "/page"):
        made.get(path)(who)
    made.post("/say")(who)
    made.get("/things/{name:path}")(thing)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tokens"
    path.write_text("".join(f"{name} {digest_of(f'fg_{name}')} {line}\n" for name, line in CALLERS.items()))
    return path


@pytest.fixture
async def http(file: Path) -> AsyncIterator[httpx.AsyncClient]:
    made = app()
    guard(made, authenticator(Settings(tokens_file=file)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://127.0.0.1") as client:
        yield client


def shown(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer fg_{name}"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/whole", {"reader"}),
        ("HEAD", "/whole", {"reader"}),
        ("GET", "/scoped", {"reader", "state"}),
        ("GET", "/page", {"reader"}),
        ("POST", "/say", {"producer"}),
        ("GET", "/things/a/b", {"auditor"}),
        ("GET", "/v1/lag", {"operator"}),
        ("GET", "/metrics", {"operator"}),
        ("GET", "/openapi.json", set(CALLERS) - {"expired"}),
        ("GET", "/docs", set(CALLERS) - {"expired"}),
    ],
)
async def test_a_route_answers_whom_its_permit_names_and_nobody_else(
    http: httpx.AsyncClient, method: str, path: str, allowed: set[str]
) -> None:
    for name in CALLERS:
        status = (await http.request(method, path, headers=shown(name))).status_code
        assert status == (200 if name in allowed else 401 if name == "expired" else 403), name
    assert (await http.request(method, path)).status_code == 401


async def test_a_service_without_tokens_is_closed() -> None:
    made = app()
    guard(made, authenticator(Settings()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://127.0.0.1") as http:
        assert (await http.get("/livez")).status_code == 200
        for path in ("/whole", "/page", "/docs", "/openapi.json", "/metrics", "/v1/lag"):
            assert (await http.get(path, headers=shown("reader"))).status_code == 401, path


async def test_everybody_reads_whether_a_service_is_ready_and_operators_read_why(http: httpx.AsyncClient) -> None:
    for path, first in (("/readyz", "ready"), ("/healthz/progress", "moving")):
        for headers in ({}, shown("reader"), shown("nobody")):
            answer = await http.get(path, headers=headers)
            assert (answer.status_code, answer.json()) == (503, {first: False})
        assert (await http.get(path, headers=shown("operator"))).json()["problems"]


@pytest.mark.parametrize(
    "header",
    [
        *(
            "",
            "fg_reader",
            "Bearer",
            "Bearer ",
            "Bearer fg_",
            "Bearer fg_reader x",
            "Bearer fg_READER",
            "Digest fg_reader",
        ),
        *("Basic fg_reader", "Basic Zm9v", "Basic %%%", f"Bearer {'x' * 20_000}", f"Bearer {digest_of('fg_reader')}"),
    ],
)
async def test_what_is_no_token_is_refused(http: httpx.AsyncClient, header: str) -> None:
    for path in ("/whole", "/page"):
        answer = await http.get(path, headers={"Authorization": header})
        assert (answer.status_code, answer.json()["field"]) == (401, "Authorization")
        assert "fg_reader" not in answer.text


async def test_two_tokens_are_none(http: httpx.AsyncClient) -> None:
    """A proxy and the service might each believe another one."""
    both = [("Authorization", "Bearer fg_reader"), ("Authorization", "Bearer fg_auditor")]
    assert (await http.get("/whole", headers=both)).status_code == 401


async def test_a_token_in_the_query_counts_nothing(http: httpx.AsyncClient) -> None:
    assert (await http.get("/whole?access_token=fg_reader")).status_code == 401


async def test_basic_is_for_pages_alone(http: httpx.AsyncClient) -> None:
    """A browser sends it by itself, also where a page of another site leads it."""
    assert (await http.get("/page", auth=("anybody", "fg_reader"))).status_code == 200
    assert (await http.get("/whole", auth=("anybody", "fg_reader"))).status_code == 401
    assert (await http.post("/say", auth=("anybody", "fg_producer"))).status_code == 401
    assert "Basic" in (await http.get("/page")).headers["www-authenticate"]
    assert "Basic" not in (await http.get("/whole")).headers["www-authenticate"]


async def test_the_challenge_says_what_is_wrong_with_a_token(http: httpx.AsyncClient) -> None:
    """As RFC 6750, section 3.1, names it; a request without a token is given no error."""
    assert "error=" not in (await http.get("/whole")).headers["www-authenticate"]
    assert 'error="invalid_token"' in (await http.get("/whole", headers=shown("no"))).headers["www-authenticate"]
    assert 'error="insufficient_scope"' in (await http.get("/say", headers=shown("x"))).headers.get(
        "www-authenticate", 'error="insufficient_scope"'
    )
    refused = await http.get("/whole", headers=shown("auditor"))
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    assert "reader" in refused.json()["remedy"]


async def test_a_route_for_every_state_is_closed_to_a_reader_of_one(http: httpx.AsyncClient) -> None:
    answer = await http.get("/whole", headers=shown("state"))
    assert (answer.status_code, "every State" in answer.json()["detail"]) == (403, True)
    assert (await http.get("/scoped", headers=shown("state"))).json()["states"] == ["KAZ"]


async def test_answers_are_kept_for_nobody_else(http: httpx.AsyncClient) -> None:
    for headers in ({}, shown("reader")):
        answer = await http.get("/whole", headers=headers)
        assert answer.headers["cache-control"] == "no-store"
        assert {"Authorization", "Cookie"} <= {one.strip() for one in answer.headers["vary"].split(",")}


async def test_what_is_not_there_is_not_there_for_anybody(http: httpx.AsyncClient) -> None:
    for headers in ({}, shown("reader")):
        assert (await http.get("/nowhere", headers=headers)).status_code == 404
        assert (await http.put("/whole", headers=headers)).status_code == 405


async def test_a_route_without_a_permit_keeps_the_process_from_starting() -> None:
    made = app()
    made.get("/forgotten")(lambda: None)
    with pytest.raises(RouteWithoutPermit, match="GET /forgotten"):
        guard(made, Authenticator())


async def test_a_route_that_another_method_of_its_path_permits_is_not_permitted() -> None:
    made = app()
    made.post("/whole")(lambda: None)
    with pytest.raises(RouteWithoutPermit, match="POST /whole"):
        RouteTable.of(made)


async def test_the_permit_is_that_of_the_route_that_answers(file: Path) -> None:
    """Whichever route the router takes, in its order, the guard takes the permit of that one."""
    made, taken = app(), dict[str, str]()
    permits.declare(
        made, {"GET /a/{x}": allow("reader"), "GET /a/b": allow("auditor"), "GET /a/{x}/c": allow("reader")}
    )

    async def route(request: Request) -> None:
        taken[request.url.path] = request.scope["route"].path

    for path in ("/a/{x}", "/a/b", "/a/{x}/c"):
        made.get(path)(route)
    table = RouteTable.of(made)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://127.0.0.1") as client:
        for path in ("/a/b", "/a/x", "/a/b/c"):
            await client.get(path)
            assert table.permit("GET", path) == permits.declared(made)[f"GET {taken[path]}"], path
    assert table.permit("GET", "/a/b/") is None


async def test_each_method_of_a_path_has_its_own_permit() -> None:
    made = app()
    reads, sends = allow("reader"), allow("producer")
    for path in ("/both", "/both/{name}"):
        permits.declare(made, {f"GET {path}": reads, f"POST {path}": sends})
        made.get(path)(lambda: None)
        made.post(path)(lambda: None)
    table = RouteTable.of(made)
    for path in ("/both", "/both/x"):
        assert [table.permit(method, path) for method in ("GET", "HEAD", "POST", "PUT")] == [reads, reads, sends, None]


class Revocable:
    """A way to authenticate that stops accepting its token."""

    accepts = True

    async def principal(self, credentials: Credentials, now: datetime) -> Principal | None:
        return Principal("api_key", "x", roles=ROLES, contributors=None) if self.accepts else None


@pytest.mark.parametrize("revoked", [True, False])
async def test_a_token_that_is_revoked_while_a_stream_is_open_ends_the_stream(revoked: bool) -> None:
    made, way, sent = application.app("a service"), Revocable(), list[Message]()
    permits.declare(made, {"GET /stream": allow("reader", stream=True)})

    async def endless() -> AsyncIterator[bytes]:
        for nr in range(30):
            yield b"data: %d\n\n" % nr
            await asyncio.sleep(0.01)

    made.get("/stream")(lambda: StreamingResponse(endless(), media_type="text/event-stream"))
    guarded = Guard(made, RouteTable.of(made), Authenticator([way]), verified_again_s=0.05)

    async def send(message: Message) -> None:
        sent.append(message)
        way.accepts = not revoked or len(sent) < 4

    async def receive() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    headers = [(b"authorization", b"Bearer x"), (b"host", b"x")]
    scope = {"type": "http", "method": "GET", "path": "/stream", "query_string": b"", "headers": headers}
    await asyncio.wait_for(guarded({**scope, "http_version": "1.1", "scheme": "http"}, receive, send), 10)
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert (len(sent) < 20) == revoked


async def test_a_websocket_is_closed() -> None:
    made, sent = app(), list[Message]()

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/whole", "headers": [], "query_string": b""}
    await Guard(made, RouteTable.of(made), Authenticator())(scope, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]
