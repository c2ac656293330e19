"""Many who follow one query API at once: the API is a process of its own, and each follower a connection of its own."""

import asyncio
import os
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import psutil

from services.reporting.projector.projector import Projector
from tests import peacekeepers as story
from tests.integration.reading_database import reading_database
from tests.projection_spec import history
from tests.system import BEARER, free_port, tokens_file

REQUEST = (
    "GET /v1/changes?views=events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
    f"Authorization: {BEARER['Authorization']}\r\n\r\n"
).encode()


@dataclass
class Crowd:
    """Followers that read, followers that do not, and the changes that are recorded meanwhile."""

    pool: asyncpg.Pool
    port: int
    process: psutil.Process
    readers: list[asyncio.StreamReader] = field(default_factory=list)
    connections: list[asyncio.StreamWriter] = field(default_factory=list)
    recorded_count: int = 0

    async def come(self, readers: int, silent: int) -> None:
        """All of them connect, and the readers have received their first event."""
        open_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))
        for nr in range(readers + silent):
            reader, connection = await asyncio.open_connection("127.0.0.1", self.port)
            connection.write(REQUEST)
            self.connections.append(connection)
            self.readers += [reader] if nr < readers else []
        for reader in self.readers:
            await reader.readuntil(b"event: here")

    async def change(self) -> float:
        """One change; how many seconds from its commit until the last of those who read has it."""
        self.recorded_count += 1
        [event] = history([story.mission(f"UN-{self.recorded_count}")])
        async with self.pool.acquire() as connection, connection.transaction():
            await Projector().apply(connection, [event])
        committed = time.perf_counter()
        wanted = str(event.id).encode()
        async with asyncio.timeout(60):
            await asyncio.gather(*(reader.readuntil(wanted) for reader in self.readers))
        return time.perf_counter() - committed


@asynccontextmanager
async def crowd(dsn: str, log: Path) -> AsyncIterator[Crowd]:
    """A query API on a new database, and nobody there yet."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(reading_database(dsn))
        name = await pool.fetchval("SELECT current_database()")
        url = urlunsplit(urlsplit(dsn)._replace(path=f"/{name}", query="search_path=reporting"))
        port = free_port()
        with log.open("wb") as output:
            own = {"FORCEGEN_DATABASE_URL": url, "FORCEGEN_HTTP_PORT": str(port)}
            environment = {**os.environ, **own, "FORCEGEN_TOKENS_FILE": str(tokens_file(log.parent))}
            command = [sys.executable, "-m", "services.reporting.http"]
            process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=output, stderr=output)
        there = Crowd(pool, port, psutil.Process(process.pid))
        try:
            await _ready(port, log)
            yield there
        finally:
            for connection in there.connections:
                connection.close()
            process.terminate()
            await process.wait()


async def _ready(port: int, log: Path) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        for _ in range(300):
            try:
                if (await http.get("/healthz/progress")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError(f"the query API is not ready: see {log}")
