"""The archive keeps every register of producers that comes into force, and waits for one that can be used."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from kernel.store import register_watch
from services.audit.search import registers
from tests.audit.conftest import Archive
from tests.kernel.consuming import until
from tests.kernel.registered import OPERATORS
from tests.kernel.test_register import written

pytestmark = pytest.mark.servers
KEYS = ",".join(str(one.verifier) for one in OPERATORS)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_watch, "LOOK_AT_FILE_S", 0.01)


@asynccontextmanager
async def followed(archive: Archive, file: Path, pool: asyncpg.Pool | None = None) -> AsyncIterator[None]:
    """While the archive follows this file."""
    running = asyncio.create_task(registers.run(file, KEYS, pool or archive.pool, archive.health))
    yield
    assert not running.done(), running
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def kept(archive: Archive, count: int) -> list[str]:
    """The notes that are kept, oldest version first, once there are so many."""
    async with asyncio.timeout(10):
        while True:
            rows = await archive.pool.fetch("SELECT note FROM registers ORDER BY version")
            if len(rows) == count:
                return [row["note"] for row in rows]
            await asyncio.sleep(0.01)


async def test_each_register_that_comes_into_force_is_kept_as_it_was_signed(archive: Archive, tmp_path: Path) -> None:
    """Given no file, then a register, another, and an older one, then the first two are kept and health says why."""
    remarks = archive.health.remarks
    async with followed(archive, tmp_path / "producers"):
        await until(lambda: "cannot be read" in remarks.get(register_watch.REMARK, ""))
        first = written(tmp_path, 7).read_text()
        assert await kept(archive, 1) == [first]
        assert register_watch.REMARK not in remarks
        second = written(tmp_path, 8).read_text()
        assert await kept(archive, 2) == [first, second]
        written(tmp_path, 6)
        await until(lambda: "version 8 stays" in remarks.get(register_watch.REMARK, ""))
    assert await kept(archive, 2) == [first, second]


async def test_a_database_that_is_away_is_waited_for(archive: Archive, tmp_path: Path) -> None:
    """Given a table that cannot be written at first, then the register is kept once it can be."""
    written(tmp_path, 7)
    await archive.pool.execute("ALTER TABLE registers RENAME TO elsewhere")
    async with followed(archive, tmp_path / "producers"):
        await asyncio.sleep(0.1)
        await archive.pool.execute("ALTER TABLE elsewhere RENAME TO registers")
        assert len(await kept(archive, 1)) == 1
