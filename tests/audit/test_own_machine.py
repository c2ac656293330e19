"""Where there is no readers' file, only this machine may read: by its own names, and by nobody's hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from kernel.http import application
from kernel.http.proxied import addressed
from kernel.runtime.settings import Settings
from services.audit.http import access, proofs
from tests.audit.conftest import Archive, record
from tests.audit.test_access import line

pytestmark = pytest.mark.servers
CONTENT, OPEN = "/records/000.p/3", "/checkpoint"
OURS = [
    *("127.0.0.1", "127.0.0.1:8085", "127.8.9.1", "localhost", "LocalHost:80", "localhost.", "archive.localhost"),
    *("[::1]", "[::1]:8085"),
]
NAMES = [
    *("attacker.example", "attacker.example:8085", "127.0.0.1.attacker.example", "localhost.attacker.example"),
    *("attackerlocalhost", "127.1", "2130706433", "0x7f000001", "a.internal", "127.0.0.1@attacker.example"),
    *("attacker.example:127.0.0.1", "[::1].attacker.example", "localhost..", "１２７.0.0.1"),
]
NUMBERS = ["10.0.0.1", "[::]", "[fe80::1]", "203.0.113.9:8085"]
FORWARDED = {
    "X-Forwarded-For": ["127.0.0.1", "203.0.113.9", "::1", ""],
    "Forwarded": ["for=127.0.0.1", "for=unknown"],
    "X-Real-IP": ["127.0.0.1"],
    "X-Forwarded-Host": ["localhost"],
    "X-Forwarded-Proto": ["https"],
    "Via": ["1.1 proxy"],
}


@asynccontextmanager
async def served(
    archive: Archive, client: str = "127.0.0.1", *, file: Path | None = None, listens: str = "127.0.0.1"
) -> AsyncIterator[httpx.AsyncClient]:
    """The service as it is served, to somebody at an address."""
    app = application.app("the archive")
    access.guard(app, archive.pool, file)
    proofs.files(app, archive.pool)
    transport = httpx.ASGITransport(addressed(app, Settings(http_host=listens)), client=(client, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        yield http


@pytest.fixture
async def kept(archive: Archive) -> Archive:
    await archive.keep([record(nr) for nr in range(3)])
    await archive.sign()
    return archive


async def test_a_name_that_somebody_else_pointed_here_is_refused(kept: Archive) -> None:
    """Content and all, also where the service listens to more than this machine; a number is nobody's page."""
    for listens in ("127.0.0.1", "0.0.0.1"):
        async with served(kept, listens=listens) as near:
            for host in OURS:
                for path in (CONTENT, OPEN):
                    assert (await near.get(path, headers={"Host": host})).status_code == 200, host
            for host in [*NAMES, *NUMBERS]:
                answer = await near.get(CONTENT, headers=[(b"Host", host.encode())])
                assert 400 <= answer.status_code < 500, host
                assert b"mandate" not in answer.content
            two = [("Host", "localhost"), ("Host", "attacker.example")]
            assert 400 <= (await near.get(CONTENT, headers=two)).status_code < 500
    async with served(kept) as near:
        for host in NAMES:
            for path in (OPEN, "/nowhere"):
                answer = await near.get(path, headers=[(b"Host", host.encode())])
                assert (answer.status_code, answer.json()["field"]) == (421, "Host"), host
    assert await kept.pool.fetchval("SELECT count(*) FROM readings WHERE allowed") == 2 * len(OURS)


async def test_what_was_handed_on_is_nobodys(kept: Archive) -> None:
    """Given a proxy here, or somebody who says to be one, then no header makes anybody local."""
    async with served(kept) as near:
        for header, values in FORWARDED.items():
            for value in values:
                answer = await near.get(CONTENT, headers={header: value})
                assert answer.status_code == 401, (header, value)
                assert (await near.get(OPEN, headers={header: value})).status_code == 200
    for client in ("203.0.113.9", "10.0.0.1", "unknown", "::ffff:203.0.113.9", ""):
        async with served(kept, client) as far:
            for headers in ({}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Real-IP": "::1"}):
                assert (await far.get(CONTENT, headers=headers)).status_code == 401, client
                assert (await far.get(OPEN, headers=headers)).status_code == 200
    for client in ("::1", "127.8.9.1", "::ffff:127.0.0.1"):
        async with served(kept, client) as near:
            assert (await near.get(CONTENT)).status_code == 200, client


async def test_who_shows_a_token_may_come_by_any_hand(kept: Archive, tmp_path: Path) -> None:
    """Where there is a file, no address is anybody."""
    file = tmp_path / "readers"
    file.write_text(line("court", "open sesame"))
    async with served(kept, file=file, listens="0.0.0.1") as near:
        shown = {"Authorization": "Bearer open sesame", "X-Forwarded-For": "203.0.113.9", "Host": "archive.example"}
        assert (await near.get(CONTENT, headers=shown)).status_code == 200
        assert (await near.get(CONTENT)).status_code == 401


async def test_a_reading_is_on_record_as_it_was_requested(kept: Archive) -> None:
    """Whatever stands in the address: it is bounded, and what cannot be read is no content."""
    async with served(kept) as near:
        for path in ("/records/%C3%A9", "/records/" + "x" * 5_000, "/records/000.p/3?a=%00", "/unplaced?b"):
            assert (await near.get(path)).status_code in (400, 404)
    requests = [row["request"] for row in await kept.pool.fetch("SELECT request FROM readings ORDER BY nr")]
    assert all(one.startswith("GET /") and len(one) <= access.REQUEST_LENGTH_MAX for one in requests)
