"""Content of the archive is given to auditors alone, and every reading is on record, also one that was refused."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from deploy.provision import READERS, SCHEMAS_OF
from kernel.http import application
from kernel.http.access import authenticator
from kernel.http.guard import guard
from kernel.http.proxied import addressed
from kernel.runtime.settings import Settings
from kernel.store import database as kernel_database
from services.audit.http import access, anchors, proofs, search_routes
from services.audit.http.refusals import CLIENTS_MAX, Refusals
from services.audit.pages import log_pages
from services.audit.search import indexer
from tests.audit.conftest import Archive, record
from tests.servers import Servers

AUDITOR = {"Authorization": "Bearer open sesame"}
pytestmark = pytest.mark.servers
PLACE = "/v1/bundles/approvals.events/0/3"
CONTENT = [
    *(PLACE, "/records/000.p/9", "/unplaced", "/v1/messages", "/v1/causes?event=3", "/", "/tile/entries/000.p/9"),
    "/messages/approvals.events/0/3",
]
OPEN = [
    *("/checkpoint", "/checkpoints/0", "/handovers", "/tile/0/000.p/9"),
    *("/v1/proofs/inclusion?leaf=3&size=9", "/v1/proofs/consistency?old=3&size=9"),
]


@pytest.fixture
async def kept(archive: Archive) -> Archive:
    """Nine records, signed and findable."""
    headers = [("ce_specversion", b"1.0"), ("ce_source", b"s"), ("ce_type", b"t")]
    await archive.keep([record(nr, headers=[*headers, ("ce_id", b"%d" % nr)]) for nr in range(9)])
    await archive.sign()
    async with archive.pool.acquire() as connection:
        await indexer.index(connection)
    return archive


def app_of(archive: Archive, refused: Refusals) -> FastAPI:
    """The service's HTTP side."""
    app = application.app("the archive")
    access.record_readings(app, archive.pool, refused)
    app.include_router(proofs.routes(archive.pool))
    app.include_router(anchors.routes(archive.pool))
    app.include_router(search_routes.routes(archive.pool))
    app.include_router(log_pages.routes(archive.pool, archive.health))
    proofs.files(app, archive.pool)
    return app


def served(
    archive: Archive, file: Path | None, client: str = "127.0.0.1", *, refused: Refusals | None = None
) -> httpx.AsyncClient:
    """The service as it is served, guard included, to somebody at an address."""
    app = app_of(archive, refused or Refusals())
    settings = Settings(tokens_file=file, http_hosts="*")
    guard(app, authenticator(settings))
    transport = httpx.ASGITransport(addressed(app, settings), client=(client, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


async def readings(archive: Archive) -> list[tuple[str | None, str, bool]]:
    rows = await archive.pool.fetch("SELECT reader, request, allowed FROM readings ORDER BY nr")
    return [(row["reader"], row["request"], row["allowed"]) for row in rows]


def line(name: str, token: str, permits: str = "") -> str:
    return f"{name} {sha256(token.encode()).hexdigest()} {permits}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An auditor, in the short form of a line; and somebody who may do everything but read the archive."""
    path = tmp_path / "tokens"
    others = line("ministry", "other", "roles=reader,producer,operator contributors=*")
    path.write_text(f"# who may read\n\n{line('court-of-auditors', 'open sesame')}{others}", encoding="utf-8")
    return path


@pytest.mark.parametrize("client", ["127.0.0.1", "::1", "203.0.113.9"])
@pytest.mark.parametrize("forwarded", [{}, {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}])
async def test_no_address_and_no_header_of_a_proxy_opens_anything(
    kept: Archive, file: Path, client: str, forwarded: dict[str, str]
) -> None:
    """Neither without a file, where nobody may read, nor with one."""
    for given in (None, file):
        async with served(kept, given, client) as near:
            for path in CONTENT:
                assert (await near.get(path, headers=forwarded)).status_code == 401, path


async def test_what_discloses_no_content_is_for_everybody(kept: Archive, file: Path) -> None:
    async with served(kept, file, "203.0.113.9") as far:
        for path in OPEN:
            assert (await far.get(path)).status_code == 200, path
    assert await readings(kept) == []


async def test_tiles_of_entries_confirm_no_guess_to_everybody(kept: Archive, file: Path) -> None:
    """The digest of a small value tells the value to whoever guesses it; the hash of a leaf covers more."""
    async with served(kept, file) as near:
        for path in ("/tile/entries/000.p/9", "/v1/anchors?position=approvals.events/0/0"):
            assert (await near.get(path)).status_code == 401
            assert (await near.get(path, headers=AUDITOR)).status_code == 200
        for path in ("/tile//entries/000.p/9", "/tile/./entries/000.p/9", "/tile/%65ntries/000.p/9"):
            request = near.build_request("GET", path)
            assert (await near.send(request)).status_code in (401, 404), path


@pytest.mark.parametrize(
    "shown", [None, "", "Bearer", "Bearer wrong", "open sesame", "Basic !", "Basic YTpi", "Bearer open sesame\x7f"]
)
async def test_who_shows_no_token_of_a_reader_is_refused(kept: Archive, file: Path, shown: str | None) -> None:
    async with served(kept, file) as near:
        answer = await near.get(PLACE, headers={} if shown is None else {"Authorization": shown})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert "Bearer" in answer.headers["www-authenticate"]
    assert answer.json()["remedy"]


async def test_a_token_without_the_role_is_refused(kept: Archive, file: Path) -> None:
    async with served(kept, file) as near:
        for path in CONTENT:
            answer = await near.get(path, headers={"Authorization": "Bearer other"})
            assert (answer.status_code, answer.json()["title"]) == (403, "Not permitted"), path
            assert "auditor" in answer.json()["remedy"]


async def test_a_reader_is_named_with_each_reading(kept: Archive, file: Path) -> None:
    """As a program shows a token, and as a browser asks for one; Basic is for pages alone."""
    async with served(kept, file, "203.0.113.9") as far:
        assert (await far.get(PLACE, headers=AUDITOR)).status_code == 200
        assert (await far.get("/?stream=a", auth=("whoever", "open sesame"))).status_code == 200
        assert (await far.get(PLACE, auth=("whoever", "open sesame"))).status_code == 401
        page = (await far.get("/v1/readings?limit=2", headers=AUDITOR)).json()
    assert [one["request"] for one in page["items"]] == ["GET /v1/readings?limit=2", "GET /?stream=a"]
    assert {one["reader"] for one in page["items"]} == {"court-of-auditors"}
    assert "open sesame" not in str(await kept.pool.fetch("SELECT * FROM readings"))


async def test_refused_requests_fill_no_table(kept: Archive, file: Path) -> None:
    """A row for each client, with how many there were; written once a minute, and bounded in memory."""
    refused = Refusals()
    async with served(kept, file, refused=refused) as near, served(kept, file, "203.0.113.9", refused=refused) as far:
        for nr in range(300):
            await near.get(f"/records/{nr}?{'x' * 5_000}")
        await far.get(PLACE)
    assert await readings(kept) == []
    await refused.write(kept.pool, access.statements()["read"])
    assert not refused.counted
    (many, request, _), (_, one, _) = sorted(await readings(kept), key=lambda row: -len(row[1]))
    assert (many, request[:35], one) == (None, "300 requests, the last of them GET ", f"GET {PLACE}")
    assert len(request) < 300


async def test_refusals_of_many_clients_are_bounded_and_survive_a_failed_writing(kept: Archive) -> None:
    refused = Refusals()
    for nr in range(CLIENTS_MAX + 500):
        refused.count(f"client {nr}", "GET /")
    assert (len(refused.counted), refused.counted["others"][0]) == (CLIENTS_MAX + 1, 500)
    with pytest.raises(asyncpg.PostgresError):
        await refused.write(kept.pool, "INSERT INTO nowhere VALUES ($1, $2, $3, $4)")
    assert len(refused.counted) == CLIENTS_MAX + 1


async def test_nothing_is_given_that_cannot_be_put_on_record(kept: Archive, file: Path) -> None:
    await kept.pool.execute("ALTER TABLE readings RENAME TO elsewhere")
    async with served(kept, file) as near:
        assert (await near.get(PLACE, headers=AUDITOR)).status_code == 503


async def test_nothing_is_given_where_no_guard_stands_in_front(kept: Archive) -> None:
    transport = httpx.ASGITransport(app_of(kept, Refusals()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as near:
        assert (await near.get(PLACE, headers=AUDITOR)).status_code == 403


async def test_readings_stay_as_they_are(kept: Archive, file: Path) -> None:
    async with served(kept, file) as near:
        await near.get(PLACE, headers=AUDITOR)
    for statement in ("DELETE FROM readings", "UPDATE readings SET reader = 'x'", "TRUNCATE readings"):
        with pytest.raises(asyncpg.RaiseError):
            await kept.pool.execute(statement)


async def test_a_reading_is_on_record_as_it_was_requested(kept: Archive, file: Path) -> None:
    """Whatever stands in the address: it is bounded, and what cannot be read is no content."""
    async with served(kept, file) as near:
        for path in ("/records/%C3%A9", "/records/" + "x" * 5_000, "/records/000.p/3?a=%00", "/unplaced?b"):
            assert (await near.get(path, headers=AUDITOR)).status_code in (400, 404)
    requests = [row["request"] for row in await kept.pool.fetch("SELECT request FROM readings ORDER BY nr")]
    assert all(one.startswith("GET /") and len(one) <= access.REQUEST_LENGTH_MAX for one in requests)


@pytest.fixture
async def auditor(servers: Servers, database_of_all: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(servers.as_role("auditor", "secret", database_of_all))
    yield connection
    await connection.close()


@pytest.fixture
async def database_of_all(servers: Servers, database: str) -> str:
    """Every schema as an administrator makes them, with a table in each."""
    admin = servers.database(database)
    for role, schema in READERS.items():
        await kernel_database.provision_reader(admin, role, "secret", schema)
    for owner in ("approvals", "reporting", "audit"):
        await kernel_database.provision(admin, owner, "secret", schemas=SCHEMAS_OF.get(owner))
        connection = await asyncpg.connect(servers.as_role(owner, "secret", database))
        await connection.execute("CREATE TABLE kept (it int); INSERT INTO kept VALUES (1)")
        await connection.close()
    return database


async def test_the_role_auditor_reads_the_archive_and_nothing_else(auditor: asyncpg.Connection) -> None:
    assert await auditor.fetchval("SELECT it FROM kept") == 1
    for schema in ("approvals", "reporting"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await auditor.fetch(f"SELECT * FROM {schema}.kept")  # noqa: S608
    await auditor.execute("SET default_transaction_read_only = off")
    for statement in ("INSERT INTO kept VALUES (2)", "DELETE FROM kept", "CREATE TABLE mine (it int)"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await auditor.execute(statement)
