"""The files of the log over HTTP: one path for each, and nothing under it but what will be there for ever."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from services.audit.archive import static_files
from services.audit.http import access, proofs
from services.audit.http.refusals import Refusals
from services.audit.tlog import tiles
from services.audit.tlog.leaf import entry, packed
from tests.audit.conftest import Archive, record
from tests.callers import CalledAs

pytestmark = pytest.mark.servers
SIZE, SIGNED = 600, 530


@pytest.fixture
async def log(archive: Archive) -> AsyncIterator[AsyncClient]:
    """600 records, of which a checkpoint covers 530."""
    await archive.keep([record(nr, key=None if nr == 3 else b"k") for nr in range(SIGNED)])
    await archive.sign()
    await archive.keep([record(nr, key=b"k", value=None) for nr in range(SIGNED, SIZE)])
    app = FastAPI()
    access.record_readings(app, archive.pool, Refusals())
    app.include_router(proofs.routes(archive.pool))
    proofs.files(app, archive.pool)
    transport = ASGITransport(CalledAs(app), client=("127.0.0.1", 1))
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1") as near:
        yield near


THERE = {
    **{"tile/0/000": 256 * 32, "tile/0/001": 256 * 32, "tile/0/002.p/88": 88 * 32, "tile/0/002.p/1": 32},
    **{"tile/1/000.p/2": 64, "tile/0/000.p/255": 255 * 32, "tile/0/000.p/1": 32},
}
ABSENT = [
    "tile/0/710",
    *("tile/0/002", "tile/0/002.p/89", "tile/0/003", "tile/0/003.p/1", "tile/1/000", "tile/1/000.p/3", "tile/2/000"),
    *("tile/0/000.p/0", "tile/0/000.p/00", "tile/0/000.p/01", "tile/0/000.p/256", "tile/0/000.p/257", "tile/0/000.p/"),
    *("tile/0/000.p/+1", "tile/0/000.p/1.p/1", "tile/0/000.p/999", "tile/0/000.p/1000", "tile/0/000.p/-1"),
    *("tile/0/x000/000", "tile/0/x000/x000/001", "tile/0/x000/002.p/88", "tile/0/0", "tile/0/00", "tile/0/0000"),
    *("tile/0/x00/000", "tile/0/x001/x234", "tile/0/X000/000", "tile/0/000/", "tile/0/000/000", "tile/0//000"),
    *("tile/00/000", "tile/01/000.p/2", "tile/+0/000", "tile/-1/000", "tile/64/000", "tile/63/000", "tile/99/000"),
    *("tile/0/" + "x999/" * 7 + "999", "tile/0/" + "x999/" * 5 + "999", "tile/0/" + "x999/" * 400 + "999"),
    *("tile/", "tile/0", "tile/0/", "tile/0/٠٠٠", "tile/0/000%0A", "tile/0/%00", "tile/0/%FF", "tile/0/000%20"),
    *("tile/0/%30%30%30", "tile/%30/000", "tile/0/000%2Ep/1", "tile/0%2F000", "tile/0/000;v=1", "tile/9999999999/000"),
]


@pytest.mark.parametrize("level", ["0", "entries"])
async def test_a_tile_that_the_log_has_is_there_under_one_path(log: AsyncClient, level: str) -> None:
    """For ever where it is signed; what no checkpoint covers yet is asked for again."""
    for path, length in THERE.items():
        answer = await log.get(f"/{path.replace('tile/0', f'tile/{level}')}")
        assert answer.status_code == 200, path
        assert level == "entries" or len(answer.content) == length
        kept = "immutable" in answer.headers["cache-control"]
        assert kept == (path not in ("tile/0/002.p/88",)), path


async def test_anything_else_is_not_there(log: AsyncClient) -> None:
    """Neither by another spelling, nor more or less of it; and no path is an error of ours."""
    for path in [*ABSENT, *(path.replace("tile/0", "tile/entries") for path in ABSENT if path.startswith("tile/0/"))]:
        answer = await log.get(f"/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path
        assert "immutable" not in answer.headers.get("cache-control", "")
    for path in ABSENT:
        if path.startswith("tile/0/"):
            answer = await log.get(f"/{path.replace('tile/0', 'records')}")
            assert answer.status_code == 404, path
    for path in ("checkpoint%0A", "handovers%0A", "unplaced%0A", "checkpoints/0%0A"):
        assert (await log.get(f"/{path}")).status_code == 404, path
    for path in ("00", "-1", "+1", "1.0", "9" * 30, "%00", "0/0", "٣", "1_0", "x"):
        assert (await log.get(f"/checkpoints/{path}")).status_code == 404, path
    assert (await log.get("/checkpoints/999999999999")).json() == []


async def test_entries_are_those_of_their_records_and_the_database_hands_out_no_content(log: AsyncClient) -> None:
    """Made of digests in the database: the same to the byte as from the content; null is not empty."""
    made = [
        record(nr, key=None if nr == 3 else b"k", value=None if nr >= SIGNED else b'{"nr": %d}' % nr)
        for nr in range(SIZE)
    ]
    entries = [
        entry((one.topic, one.partition, one.offset), one.timestamp, one.key, packed(one.headers), one.value)
        for one in made
    ]
    assert (await log.get("/tile/entries/000")).content == tiles.bundle(entries[:256])
    assert (await log.get("/tile/entries/002.p/88")).content == tiles.bundle(entries[512:])


async def test_a_bundle_of_entries_with_a_gap_is_not_there(log: AsyncClient, archive: Archive) -> None:
    """Given a record that was taken out, then no answer that is kept for a year says that there were only 255."""
    await archive.pool.execute("DELETE FROM records WHERE leaf = 300")
    assert (await log.get("/tile/entries/001")).status_code == 404
    assert (await log.get("/tile/entries/001.p/44")).status_code == 200
    lines = (await log.get("/records/001")).content.splitlines()
    assert len(lines) == 255


@given(st.integers(0, 2**60), st.integers(1, 256), st.sampled_from([None, 0, 1, 7]))
def test_each_tile_has_one_path(nr: int, width: int, level: int | None) -> None:
    path = tiles.path(level, nr, width)
    of = static_files.tile_of(path)
    if nr < 10**18 and (level is not None or nr * 256 + width < 2**63):
        assert of == (level, nr, width, level is None)
        for other in (path.replace("/", "/x000/", 2), path.replace("/x", "/", 1), f"{path}.p/256", f"{path}/"):
            assert other == path or static_files.tile_of(other) is None
    else:
        assert of is None
