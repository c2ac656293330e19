"""By which names a service is called, and what it answers under a prefix."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from pydantic import ValidationError

from kernel.http import api_pages
from kernel.http.proxied import addressed, names_this_machine, path_of, root_of
from kernel.runtime.settings import Settings

HERE = ["localhost", "LOCALHOST:8080", "localhost.", "forcegen.localhost", "127.0.0.1", "127.0.0.9:80", "[::1]:8080"]
NUMBERS = ["10.1.2.3", "192.168.0.7:8080", "[fd00::1]", "[fd00::1]:443", "0.0.0.0:80"]
STRANGERS = [
    *("attacker.example", "attacker.example:8080", "localhost.attacker.example", "127.0.0.1.attacker.example"),
    *("notlocalhost", "xlocalhost", "[::1].attacker.example", "[attacker.example]", "127.0.0.1@attacker.example"),
    *("localhost/x", "localhost attacker.example", "127.0.0.1:8080:1", "xn--e1afmkfd.example", "localhost:x", "[::1"),
    *("\u043b\u043e\u043a\u0430\u043b", "..", ":8080"),
]


def app() -> FastAPI:
    made = FastAPI(title="a service", docs_url=None)
    api_pages.add(made)

    @made.get("/things/{name}")
    async def thing(request: Request) -> dict[str, str]:
        return {"path": path_of(request), "root": root_of(request)}

    @made.get("/")
    async def first(request: Request) -> dict[str, str]:
        return {"path": path_of(request), "root": root_of(request)}

    made.mount("/static", StaticFiles(packages=[("kernel", "static")]))
    return made


def client(**settings: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(addressed(app(), Settings(**settings)))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


async def status(http: httpx.AsyncClient, host: str) -> int:
    answer = await http.get("/", headers=[(b"host", host.encode("utf-8"))])
    if answer.status_code != 200:
        assert (answer.json()["field"], answer.headers["content-type"]) == ("Host", "application/problem+json")
        assert "FORCEGEN_HTTP_HOSTS" in answer.json()["remedy"]
    return answer.status_code


@pytest.mark.parametrize("host", HERE)
async def test_this_machine_is_always_answered(host: str) -> None:
    assert names_this_machine(host)
    assert await status(client(), host) == 200
    assert await status(client(http_hosts="forcegen.example"), host) == 200


@pytest.mark.parametrize("host", NUMBERS)
async def test_numbers_are_always_answered_but_are_not_this_machine(host: str) -> None:
    assert not names_this_machine(host)
    assert await status(client(), host) == 200
    assert await status(client(http_hosts="forcegen.example"), host) == 200


@pytest.mark.parametrize("host", STRANGERS)
async def test_a_name_of_somebody_elses_is_refused_where_only_this_machine_is_to_ask(host: str) -> None:
    assert not names_this_machine(host)
    assert await status(client(), host) == 421
    assert await status(client(http_hosts="forcegen.example"), host) == 421
    assert await status(client(http_host="::", http_hosts="forcegen.example"), host) == 421


async def test_one_of_two_names_is_enough_to_be_refused() -> None:
    answer = await client().get("/", headers=[("Host", "localhost"), ("Host", "attacker.example")])
    assert answer.status_code == 421


async def test_who_listens_to_others_is_called_by_any_name_until_names_are_given() -> None:
    assert await status(client(http_host="::"), "query:8080") == 200
    assert await status(client(http_host="::1"), "query:8080") == 421
    assert await status(client(http_host="10.1.2.3"), "query:8080") == 200


@pytest.mark.parametrize(
    ("names", "host", "answered"),
    [
        ("forcegen.example", "FORCEGEN.example:443", 200),
        ("a.example, Forcegen.Example", "forcegen.example", 200),
        ("forcegen.example", "sub.forcegen.example", 421),
        ("*.example.org", "a.b.example.org", 200),
        ("*.example.org", "example.org", 421),
        ("*.example.org", "badexample.org", 421),
        ("*", "anything.example", 200),
    ],
)
async def test_further_names_are_a_setting(names: str, host: str, answered: int) -> None:
    assert await status(client(http_hosts=names), host) == answered


@pytest.fixture
async def under() -> AsyncIterator[httpx.AsyncClient]:
    async with client(http_root_path="/books/forcegen/") as http:
        yield http


@pytest.mark.parametrize("prefix", ["", "/books/forcegen"])
async def test_a_prefix_may_be_left_in_the_path_or_taken_away_by_the_proxy(
    under: httpx.AsyncClient, prefix: str
) -> None:
    for path in ("/things/x", "/things/books", "/"):
        assert (await under.get(f"{prefix}{path}")).json() == {"path": path, "root": "/books/forcegen"}
    style = await under.get(f"{prefix}/static/pages.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    document = (await under.get(f"{prefix}/openapi.json")).json()
    assert document["servers"][0] == {"url": "/books/forcegen"}
    described = (await under.get(f"{prefix}/docs")).text
    assert 'data-document="/books/forcegen/openapi.json"' in described
    for asset in re.findall(r'"(/books/forcegen/docs/assets/[^"]+)"', described):
        assert (await under.get(asset.removeprefix("/books/forcegen" if not prefix else ""))).status_code == 200


async def test_the_prefix_alone_is_the_first_page(under: httpx.AsyncClient) -> None:
    assert (await under.get("/books/forcegen")).json()["path"] == "/"
    assert (await under.get("/books/forcegenx")).status_code == 404


async def test_without_a_prefix_paths_are_as_they_come() -> None:
    assert (await client().get("/things/x")).json() == {"path": "/things/x", "root": ""}


@pytest.mark.parametrize(
    "root", ["forcegen", "//evil.example", "/a//b", "/..", "/a/../b", "/a?b", "/a b", "https://x", "/a\n"]
)
def test_what_is_no_prefix_keeps_the_service_from_starting(root: str) -> None:
    with pytest.raises(ValidationError, match="http_root_path"):
        Settings(http_root_path=root)


@pytest.mark.parametrize("root", ["/things", "/static/x", "/docs"])
def test_a_prefix_that_is_an_address_of_the_service_keeps_it_from_starting(root: str) -> None:
    with pytest.raises(ValueError, match="FORCEGEN_HTTP_ROOT_PATH"):
        addressed(app(), Settings(http_root_path=root))
