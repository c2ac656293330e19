"""A full verification of an archive; a proof from a tree of ten million leaves, whose tiles alone are stored.

How fast the archive itself is, benchmarks/archiving.py measures on the real process.
"""

import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import uvloop
from aiokafka import ConsumerRecord
from pydantic import SecretStr

from benchmarks.measure import Measured
from kernel.runtime.health import Health
from kernel.runtime.process import running_together
from kernel.store.database import migrate, provision
from services.audit.app import SERVICE
from services.audit.archive import static_files, writer
from services.audit.settings import AuditSettings
from services.audit.tlog import keys, merkle, tiles, tree_store
from services.audit.tlog.publisher import Publisher
from services.audit.verify import verifier
from tests.servers import Servers, fresh_database

RECORDS = int(os.environ.get("BENCHMARK_ARCHIVED", "200000"))
BATCH = SERVICE.batch_records_max or 500
VALUE_BYTES = 400
LARGE = 10_000_000
PROOFS = 200
Batch = Sequence["ConsumerRecord[bytes, bytes]"]


def run(servers: Servers) -> list[Measured]:
    """Archive records that are in memory, and verify them."""
    with fresh_database(servers) as name, tempfile.TemporaryDirectory() as directory:
        return uvloop.run(_run(servers, name, Path(directory)))


async def _run(servers: Servers, name: str, directory: Path) -> list[Measured]:
    await provision(servers.database(name), "audit", "only-here")
    url = servers.as_role("audit", "only-here", name)
    await migrate(SecretStr(url), SERVICE.schema)
    batches = [_batch(first) for first in range(0, RECORDS, BATCH)]
    async with asyncpg.create_pool(url, min_size=2, max_size=4) as pool:
        settings = AuditSettings(directory=directory, key=None)
        signing = Publisher(pool, keys.signer(settings), settings, Health(30))
        await _archived(pool, batches, signing)
        await signing.once()
        checked = await _checked(pool, str(keys.signer(settings).verifier))
        proven = await _proven(pool)
    return [checked, proven]


def _batch(first: int) -> Batch:
    place = {"topic": "approvals.events", "partition": 0, "timestamp_type": 0, "checksum": None}
    sizes = {"serialized_key_size": 0, "serialized_value_size": 0}
    headers = [(f"ce_{name}", b"x" * 24) for name in ("id", "source", "type", "subject", "time", "position")]
    return [
        ConsumerRecord(
            **place, **sizes, offset=nr, timestamp=nr, key=b"mandate/%d" % nr, value=b"v" * VALUE_BYTES, headers=headers
        )
        for nr in range(first, min(first + BATCH, RECORDS))
    ]


async def _archived(pool: asyncpg.Pool, batches: Sequence[Batch], signing: Publisher) -> None:
    async with running_together([signing.run()]):
        for batch in batches:
            write = writer.prepare(batch)
            async with pool.acquire() as connection, connection.transaction():
                await write(connection)


async def _checked(pool: asyncpg.Pool, key: str) -> Measured:
    loop = asyncio.get_running_loop()

    async def one(path: str) -> bytes:
        async with pool.acquire() as connection:
            return await static_files.read(connection, path)

    def verified() -> verifier.Verification:
        return verifier.verify(lambda path: asyncio.run_coroutine_threadsafe(one(path), loop).result(), key)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = await asyncio.to_thread(verified)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert report.findings == [], report.findings
    return Measured(
        "verify every record",
        report.records,
        report.seconds,
        f"the process grew by {grown / 1e6:.0f} MB",
    )


async def _proven(pool: asyncpg.Pool) -> Measured:
    """Time a proof from a tree of ten million equal leaves, whose tiles are quick to make."""
    await pool.execute("TRUNCATE tiles")
    same = [merkle.leaf_hash(b"")] * tiles.WIDTH
    level, hashes = 0, LARGE
    async with pool.acquire() as connection:
        while hashes:
            full, rest = divmod(hashes, tiles.WIDTH)
            rows = [(level, nr, b"".join(same)) for nr in range(full)]
            rows += [(level, full, b"".join(same[:rest]))] if rest else []
            await connection.copy_records_to_table("tiles", records=rows, columns=("level", "nr", "hashes"))
            same, level, hashes = [merkle.complete(same)] * tiles.WIDTH, level + 1, full
        began = time.perf_counter()
        for nr in range(PROOFS):
            index = nr * (LARGE // PROOFS)
            proof = await tree_store.hashes(connection, merkle.inclusion(index, LARGE))
        seconds = time.perf_counter() - began
        (root,) = await tree_store.hashes(connection, [(0, LARGE)])
        merkle.check_inclusion(index, LARGE, merkle.leaf_hash(b""), proof, root)
    return Measured("prove a record", PROOFS, seconds, f"inclusion in a tree of {LARGE:,} leaves, by tile lookups")
