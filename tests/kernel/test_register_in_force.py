"""The register of producers at a service on a real server: no earlier one after a restart; what a key has led to."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr

from kernel.decide.command_handler import CommandHandler
from kernel.decide.record_decoder import RecordDecoder
from kernel.decide.register_in_force import register_of, watch
from kernel.identity.intake import Senders
from kernel.identity.register import Register
from kernel.runtime.health import Health
from kernel.runtime.settings import Settings
from kernel.store import register_watch, registers
from kernel.store.postgres import PostgresStore
from operations.producers import Affected, affected_by
from tests.kernel.consuming import until
from tests.kernel.door import Counting
from tests.kernel.registered import KZ, OPERATORS, binary
from tests.kernel.stores import postgres_pool
from tests.kernel.test_intake import _decode, _never, command, record
from tests.kernel.test_register import written
from tests.servers import Servers

pytestmark = pytest.mark.servers
PUBLIC = ",".join(str(one.verifier) for one in OPERATORS)


def settings(file: Path | None, operators: str | None = PUBLIC) -> Settings:
    return Settings(producers=file, producers_operators=operators, database_url=SecretStr("postgresql://x"))


async def test_an_earlier_register_is_never_in_force_again(servers: Servers, database: str, tmp_path: Path) -> None:
    async with postgres_pool(servers, database, "approvals") as pool:
        assert await register_of(settings(None), pool) is None
        in_force = await register_of(settings(written(tmp_path, 8)), pool)
        assert in_force is not None
        assert (await registers.latest(pool)) == in_force.current.__class__(8, in_force.current.sha256, {})
        for file in (written(tmp_path, 7), written(tmp_path, 8, "# another text")):
            with pytest.raises(SystemExit, match="FORCEGEN_PRODUCERS"):
                await register_of(settings(file), pool)
        assert await register_of(settings(written(tmp_path, 9)), pool) is not None


async def test_each_register_is_put_on_record_once(
    servers: Servers, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """given a service that noted its register before it served, then the watch notes those after it, however quick."""
    noted: list[int] = []

    async def note(_: asyncpg.Pool, register: Register) -> None:
        noted.append(register.version)

    monkeypatch.setattr(register_watch, "LOOK_AT_FILE_S", 0.01)
    monkeypatch.setattr(registers, "note", note)
    async with postgres_pool(servers, database, "approvals") as pool:
        in_force = await register_of(settings(written(tmp_path, 7)), pool)
        assert in_force is not None
        watching = asyncio.create_task(watch(in_force, pool, Health(1)))
        await asyncio.sleep(0.1)
        assert noted == [7]
        written(tmp_path, 8)
        in_force.read_again()  # a command asked for it, before the watch looked
        await until(lambda: noted == [7, 8])
        watching.cancel()


@pytest.mark.parametrize("operators", [None, "", str(OPERATORS[0].verifier)], ids=["none", "empty", "one"])
async def test_a_service_does_not_start_with_a_register_that_nobody_vouches_for(
    servers: Servers, database: str, tmp_path: Path, operators: str | None
) -> None:
    async with postgres_pool(servers, database, "approvals") as pool:
        with pytest.raises(SystemExit, match="operators"):
            await register_of(settings(written(tmp_path, 7), operators), pool)
        assert await registers.latest(pool) is None


async def test_what_a_key_has_led_to_is_found_by_its_id(
    servers: Servers, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with postgres_pool(servers, database, "approvals") as pool:
        in_force = await register_of(settings(written(tmp_path, 7)), pool)
        assert in_force is not None
        store = PostgresStore(pool)
        handler = CommandHandler(Counting(), store, service="approvals", streams_cached_max=10)
        decoder = RecordDecoder("approvals", _decode, _never, Senders(lambda: in_force.current))
        batch = await decoder.decode_batch(
            [record(*binary(command(), KZ), offset=7), record(*binary(command("c-2"), None), offset=8)], store
        )
        await handler.handle(batch.commands, batch.dead_letters)
    url = servers.as_role("approvals", "secret", database)
    events: list[Affected] = [one async for one in affected_by(KZ.public.id, ["approvals"], url, tmp_path)]
    assert [(one.stream, one.command, one.place) for one in events] == [
        ("mandate/kz-1", "c-1", "approvals.commands/0/7")
    ]
    assert [one async for one in affected_by("another", ["approvals"], url, tmp_path)] == []
    assert await _authregister(url) == [in_force.current.reference]


async def _authregister(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row["authregister"] for row in await connection.fetch("SELECT authregister FROM events")]
    finally:
        await connection.close()
