"""Content of the archive is given to its readers alone, and every reading is on record, also one that was refused."""

import os
from collections.abc import AsyncIterator
from hashlib import sha256
from itertools import count
from pathlib import Path

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from cli.main import app as forcegen
from deploy.provision import READERS, SCHEMAS_OF
from kernel.store import database as kernel_database
from services.audit.http import access, anchors, proofs, search_routes
from services.audit.pages import log_pages
from services.audit.search import indexer
from tests.audit.conftest import Archive, record
from tests.servers import Servers

pytestmark = pytest.mark.servers
PLACE = "/v1/bundles/approvals.events/0/3"
CONTENT = [
    *(PLACE, "/records/000.p/9", "/unplaced", "/v1/messages", "/v1/causes?event=3", "/"),
    "/messages/approvals.events/0/3",
]
OPEN = [
    *("/checkpoint", "/checkpoints/0", "/handovers", "/tile/0/000.p/9", "/tile/entries/000.p/9", "/v1/status"),
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


def served(archive: Archive, file: Path | None, client: str = "127.0.0.1") -> httpx.AsyncClient:
    """The service's HTTP side, to somebody at an address."""
    app = FastAPI()
    access.guard(app, archive.pool, file)
    app.include_router(proofs.routes(archive.pool))
    app.include_router(anchors.routes(archive.pool))
    app.include_router(search_routes.routes(archive.pool))
    app.include_router(log_pages.routes(archive.pool, archive.health))
    proofs.files(app, archive.pool)
    transport = httpx.ASGITransport(app, client=(client, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


async def readings(archive: Archive) -> list[tuple[str | None, str, bool]]:
    rows = await archive.pool.fetch("SELECT reader, request, allowed FROM readings ORDER BY nr")
    return [(row["reader"], row["request"], row["allowed"]) for row in rows]


def line(name: str, token: str) -> str:
    return f"{name} {sha256(token.encode()).hexdigest()}\n"


def write(file: Path, content: str | None) -> None:
    """None: it is gone."""
    if content is None:
        file.unlink()
        return
    file.write_text(content, encoding="utf-8")
    os.utime(file, ns=(0, next(_CLOCK)))


_CLOCK = count(1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Readers: one auditor."""
    path = tmp_path / "readers"
    path.write_text(f"# who may read\n\n{line('court-of-auditors', 'open sesame')}", encoding="utf-8")
    return path


async def test_without_a_file_this_machine_reads_and_nobody_else(kept: Archive) -> None:
    async with served(kept, None) as near, served(kept, None, "203.0.113.9") as far:
        for path in CONTENT:
            assert (await near.get(path)).status_code == 200, path
            assert (await far.get(path)).status_code == 401, path
    rows = await readings(kept)
    assert rows == [each for path in CONTENT for each in (("local", f"GET {path}", True), (None, f"GET {path}", False))]


@pytest.mark.parametrize("host", ["attacker.example", "attacker.example:8080", "archive", "127.0.0.1.attacker.example"])
async def test_a_page_of_somebody_elses_in_a_browser_here_does_not_read_as_this_machine(
    kept: Archive, file: Path, host: str
) -> None:
    async with served(kept, None) as near, served(kept, file) as named:
        for path in CONTENT:
            answer = await near.get(path, headers={"Host": host})
            assert (answer.status_code, answer.json()["field"]) == (401, "Authorization"), path
        shown = {"Host": host, "Authorization": "Bearer open sesame"}
        assert (await named.get(PLACE, headers=shown)).status_code == 200
    assert [allowed for _, _, allowed in await readings(kept)] == [False] * len(CONTENT) + [True]


async def test_what_discloses_no_content_is_for_everybody(kept: Archive, file: Path) -> None:
    async with served(kept, file, "203.0.113.9") as far:
        for path in OPEN:
            assert (await far.get(path)).status_code == 200, path
    assert await readings(kept) == []


@pytest.mark.parametrize(
    "shown", [None, "", "Bearer", "Bearer wrong", "open sesame", "Basic !", "Basic YTpi", "Bearer open sesame\x7f"]
)
async def test_who_shows_no_token_of_a_reader_is_refused(kept: Archive, file: Path, shown: str | None) -> None:
    """Also on this machine, once there is a file."""
    async with served(kept, file) as near:
        answer = await near.get(PLACE, headers={} if shown is None else {"Authorization": shown})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert "Bearer" in answer.headers["www-authenticate"]
    assert answer.json()["remedy"]
    assert await readings(kept) == [(None, f"GET {PLACE}", False)]


async def test_a_reader_is_named_with_each_reading(kept: Archive, file: Path) -> None:
    """As a program shows a token, and as a browser asks for one."""
    async with served(kept, file, "203.0.113.9") as far:
        assert (await far.get(PLACE, headers={"Authorization": "Bearer open sesame"})).status_code == 200
        assert (await far.get("/?stream=a", auth=("whoever", "open sesame"))).status_code == 200
        page = (await far.get("/v1/readings?limit=2", headers={"Authorization": "Bearer open sesame"})).json()
    assert [one["request"] for one in page["items"]] == ["GET /v1/readings?limit=2", "GET /?stream=a"]
    assert {one["reader"] for one in page["items"]} == {"court-of-auditors"}
    assert "open sesame" not in str(await kept.pool.fetch("SELECT * FROM readings"))


async def test_a_file_that_changes_counts_at_once_and_a_broken_one_changes_nothing(kept: Archive, file: Path) -> None:
    async with served(kept, file) as near:

        async def status(token: str) -> int:
            return (await near.get(PLACE, headers={"Authorization": f"Bearer {token}"})).status_code

        assert (await status("open sesame"), await status("another")) == (200, 401)
        write(file, line("somebody-else", "another"))
        assert (await status("open sesame"), await status("another")) == (401, 200)
        write(file, "somebody-else\n")
        assert (await status("open sesame"), await status("another")) == (401, 200)
        write(file, None)
        assert await status("another") == 200


@pytest.mark.parametrize("wrong", ["a", "a b", f"a {'0' * 63}", f"a {'0' * 64} x", f"a {'0' * 64}\na {'1' * 64}"])
async def test_a_wrong_line_keeps_the_service_from_starting(kept: Archive, file: Path, wrong: str) -> None:
    write(file, f"{line('b', 'b')}{wrong}\n")
    with pytest.raises(access.MalformedReadersFile, match=r"Line [23]"):
        served(kept, file)
    write(file, None)
    with pytest.raises(FileNotFoundError):
        served(kept, file)


async def test_nothing_is_given_that_cannot_be_put_on_record(kept: Archive) -> None:
    await kept.pool.execute("ALTER TABLE readings RENAME TO elsewhere")
    async with served(kept, None) as near:
        with pytest.raises(asyncpg.UndefinedTableError):
            await near.get(PLACE)


async def test_readings_stay_as_they_are(kept: Archive) -> None:
    async with served(kept, None) as near:
        await near.get(PLACE)
    for statement in ("DELETE FROM readings", "UPDATE readings SET reader = 'x'", "TRUNCATE readings"):
        with pytest.raises(asyncpg.RaiseError):
            await kept.pool.execute(statement)


def test_a_token_is_made_with_its_line(tmp_path: Path) -> None:
    made = CliRunner().invoke(forcegen, ["audit", "token", "court-of-auditors"])
    assert made.exit_code == 0
    (name, digest), *_ = access.named(made.stdout).items()
    token = next(word for word in made.stderr.split() if sha256(word.encode()).hexdigest() == digest)
    assert (name, len(token) > 40) == ("court-of-auditors", True)
    assert CliRunner().invoke(forcegen, ["audit", "token", "no name"]).exit_code == 2


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
