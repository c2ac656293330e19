"""A witness that is killed, hangs or talks nonsense is no fault of ours; one that saw another history is an alarm."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from cli.main import app
from kernel.identity.signed_note import open_note
from services.audit.http import status
from services.audit.tlog import alarms, merkle, witness
from services.audit.tlog.checkpoint import Checkpoint
from services.audit.tlog.publisher import Inconsistent, Publisher
from services.audit.tlog.witness import Witness
from tests.audit.conftest import Archive, record
from tests.audit.replaying import ALONE

pytestmark = pytest.mark.servers


@dataclass
class Server:
    """A witness as C2SP tlog-witness says, which answers something else where a test says so."""

    archive: Archive
    port: int = 0
    size: int = 0
    root: bytes = b""
    received: list[str] = field(default_factory=list)
    instead: Callable[[], bytes] | None = None
    hangs: bool = False
    met: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
        )
        body = (await reader.readexactly(length)).decode()
        self.received.append(body)
        self.met.set()
        if self.hangs:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
            for _ in range(100):
                writer.write(b"x")
                await asyncio.sleep(0.2)
        writer.write(self.instead() if self.instead else self._answer(body))
        await writer.drain()
        writer.close()

    def _answer(self, body: str) -> bytes:
        proof, _, note = body.partition("\n\n")
        old, *hashes = proof.split("\n")
        new = Checkpoint.parse(open_note(note, [self.archive.signer.verifier])[0])
        if old != f"old {self.size}":
            return said(409, f"{self.size}\n")
        try:
            merkle.check_consistency(
                self.size, new.size, [base64.b64decode(one) for one in hashes], self.root or merkle.root([]), new.root
            )
        except merkle.Refuted:
            return said(409 if new.size == self.size else 422, f"{self.size}\n")
        self.size, self.root = new.size, new.root
        return said(200, "— witness AAAA\n")


def said(code: int, text: str | bytes) -> bytes:
    body = text if isinstance(text, bytes) else text.encode()
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (code, len(body)) + body


@pytest.fixture
async def server(archive: Archive) -> AsyncIterator[Server]:
    stub = Server(archive)
    listening = await asyncio.start_server(stub.take, "127.0.0.1", 0)
    stub.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield stub


def shown_to(server: Server) -> Witness:
    return Witness(server.archive.pool, f"http://127.0.0.1:{server.port}", server.archive.health)


def signing(archive: Archive) -> Publisher:
    return Publisher(archive.pool, archive.signer, archive.settings, archive.health)


async def stands(archive: Archive) -> status.LogStatus:
    async with archive.pool.acquire() as connection:
        return await status.look(connection, archive.health)


async def grow(archive: Archive, first: int, end: int) -> str:
    await archive.keep([record(nr) for nr in range(first, end)])
    return await archive.sign()


async def test_a_witness_sees_every_checkpoint_with_its_proof(archive: Archive, server: Server) -> None:
    """Also one that starts anew, or that saw the log before this process did."""
    ours = shown_to(server)
    for first, end in ((0, 3), (3, 300), (300, 700)):
        await grow(archive, first, end)
        assert await ours.round()
        assert server.size == end
    again = shown_to(server)
    assert await again.round()
    await grow(archive, 700, 701)
    assert await again.round()
    assert (server.size, archive.health.remarks, await problems(archive)) == (701, {}, [])
    many = len(server.received)
    assert await again.round()
    assert len(server.received) == many


async def problems(archive: Archive) -> list[str]:
    async with archive.pool.acquire() as connection:
        return [one.detail for one in await alarms.standing(connection)]


NONSENSE = {
    "an error": lambda: said(500, "no"),
    "not found": lambda: said(404, ""),
    "a redirect": lambda: b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "no HTTP": lambda: b"\x00\xff\r\n\r\n",
    "nothing": lambda: b"",
    "a size of 10^30": lambda: said(409, "1" + "0" * 30),
    "a size in other digits": lambda: said(409, "٣"),
    "a size with a sign": lambda: said(409, "+3"),
    "a size with words": lambda: said(409, "3 leaves"),
    "no size": lambda: said(409, ""),
    "the size that it was shown": lambda: said(409, "0\n"),
    "an endless answer": lambda: said(200, b"x" * 1_000_000),
    "a refusal without a reason": lambda: said(422, ""),
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE.keys())
async def test_a_witness_that_talks_nonsense_is_reported_as_that(
    archive: Archive, server: Server, answer: Callable[[], bytes]
) -> None:
    server.instead = answer
    first = await grow(archive, 0, 5)
    assert not await shown_to(server).round()
    assert await grow(archive, 5, 6) != first
    assert archive.health.problems() == []
    log_status = await stands(archive)
    assert (log_status.signed_size, log_status.alarms, len(log_status.problems)) == (6, [], 1)
    assert log_status.problems[0].startswith("the witness: ")


async def test_a_witness_that_hangs_or_is_killed_slows_nothing(
    archive: Archive, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a server that never finishes an answer, and none at all, then each round signs and says who fails."""
    monkeypatch.setattr(witness, "ANSWER_WITHIN_S", 0.3)
    server.hangs = True
    ours, signs = shown_to(server), signing(archive)
    await grow(archive, 0, 1)
    under_way = asyncio.create_task(ours.round())
    await server.met.wait()
    await archive.keep([record(1)])
    await signs.round()
    assert not under_way.done() or not under_way.result()
    assert (await stands(archive)).signed_size == 2
    assert not await under_way
    ours._url = "http://127.0.0.1:1/add-checkpoint"  # where nobody listens
    assert not await ours.round()
    await archive.keep([record(2)])
    await signs.round()
    log_status = await stands(archive)
    assert (log_status.signed_size, archive.health.problems()) == (3, [])
    assert [one.partition(":")[0] for one in log_status.problems] == ["the witness"]
    server.hangs, ours._url = False, f"http://127.0.0.1:{server.port}/add-checkpoint"
    assert await ours.round()
    assert (await stands(archive)).problems == []


async def test_a_witness_that_saw_more_is_an_alarm_until_somebody_acts(
    archive: Archive, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given 12 leaves at the witness and 5 here, then nothing is signed, whatever is tried and however it answers."""
    server.size = 12
    await grow(archive, 0, 5)
    ours, signs = shown_to(server), signing(archive)
    assert not await ours.round()
    server.instead = lambda: said(400, "Bad Request")
    for _ in range(3):
        await archive.keep([record(5 + await archive.pool.fetchval("SELECT count(*)::int FROM records") - 5)])
        await signs.round()
        await ours.round()
        assert "12 leaves and 5 are signed" in archive.health.problems()[0]
    server.instead = None
    archive.health.standing.clear()  # another process of the service
    await signing(archive).round()
    assert "Nothing is signed until somebody has looked" in archive.health.problems()[0]
    log_status = await stands(archive)
    assert (log_status.signed_size, log_status.size, len(log_status.alarms)) == (5, 8, 1)
    assert await problems(archive) == ["the witness saw 12 leaves and 5 are signed"]


async def test_a_witness_that_saw_another_tree_is_an_alarm(archive: Archive, server: Server) -> None:
    """Of the same size (409), and of a smaller one that ours does not continue (422)."""
    await grow(archive, 0, 5)
    server.size, server.root = 5, bytes(32)
    assert not await shown_to(server).round()
    assert await problems(archive) == ["the witness saw another tree of 5 leaves than there is"]
    await cleared(archive, 1)
    await grow(archive, 5, 9)
    server.size = 7
    assert not await shown_to(server).round()
    assert await problems(archive) == ["the witness saw another tree of 7 leaves than there is"]


async def cleared(archive: Archive, nr: int) -> None:
    ask = ["audit", "alarms", "--clear", str(nr), "--by", "a.auditor", "--because", "a test", "--database", archive.url]
    done = await asyncio.to_thread(CliRunner().invoke, app, ask, env=ALONE)
    assert done.exit_code == 0, done.output


async def test_an_alarm_is_cleared_by_name_and_stays_on_record(archive: Archive, server: Server) -> None:
    """When somebody has looked, then signing goes on; the same finding is no news, a larger one is."""
    server.size = 12
    await grow(archive, 0, 5)
    ours, signs = shown_to(server), signing(archive)
    await ours.round()

    async def forcegen(*more: str) -> Any:
        ask = ["audit", "alarms", *more, "--database", archive.url]
        return await asyncio.to_thread(CliRunner().invoke, app, ask, env=ALONE)

    listed = await forcegen()
    assert (listed.exit_code, "12 leaves" in listed.output, "it stands" in listed.output) == (1, True, True)
    for wrong in (
        ("--clear", "1"),
        ("--clear", "1", "--by", "x"),
        ("--by", "x"),
        ("--clear", "0", "--by", "x", "--because", "y"),
    ):
        assert (await forcegen(*wrong)).exit_code == 2
    assert (await forcegen("--clear", "7", "--by", "x", "--because", "y")).exit_code == 1
    assert (await forcegen("--clear", "1", "--by", "a.auditor", "--because", "a test log")).exit_code == 0
    assert (await forcegen("--clear", "1", "--by", "a.auditor", "--because", "again")).exit_code == 1
    await archive.keep([record(5)])
    await signs.round()
    assert ((await stands(archive)).signed_size, archive.health.problems()) == (6, [])
    assert not await ours.round()
    assert (await problems(archive), "the witness" in archive.health.remarks) == ([], True)
    server.size = 13
    assert not await ours.round()
    assert await problems(archive) == ["the witness saw 13 leaves and 6 are signed"]
    for statement in ("DELETE FROM alarms", "DELETE FROM clearances", "TRUNCATE alarms CASCADE", "TRUNCATE clearances"):
        with pytest.raises(asyncpg.RaiseError):
            await archive.pool.execute(statement)


async def test_a_tree_that_came_right_by_itself_is_still_an_alarm(archive: Archive) -> None:
    """Given a database that was put back and then forward again, then that somebody did so is not forgotten."""
    await grow(archive, 0, 5)
    signs = signing(archive)
    await archive.pool.execute("UPDATE tree SET size = 3")
    await signs.round()
    await archive.pool.execute("UPDATE tree SET size = 5")
    await archive.keep([record(5)])
    await signs.round()
    assert "5 leaves of" in archive.health.problems()[0]
    with pytest.raises(Inconsistent, match="alarm 1"):
        await archive.sign()
    await cleared(archive, 1)
    await signs.round()
    assert ((await stands(archive)).signed_size, archive.health.problems()) == (6, [])


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"no note\n"])
async def test_a_last_checkpoint_that_is_given_and_empty_is_none_left_out(archive: Archive, content: bytes) -> None:
    await grow(archive, 0, 5)
    (archive.settings.directory / "checkpoint").write_bytes(content)
    with pytest.raises(Inconsistent):
        await archive.sign()


async def test_a_copy_elsewhere_that_cannot_be_written_is_reported_as_that(archive: Archive) -> None:
    """Given a place of others that is gone, then checkpoints are signed, and what fails is the copy."""
    archive.settings.checkpoint_file = archive.settings.directory / "gone/checkpoint"
    signs = signing(archive)
    await archive.keep([record(0)])
    await signs.round()
    log_status = await stands(archive)
    assert (log_status.signed_size, archive.health.problems()) == (1, [])
    assert [one.partition(":")[0] for one in log_status.problems] == ["the copy of the checkpoint"]
    archive.settings.checkpoint_file.parent.mkdir()
    await signs.round()
    assert (await stands(archive)).problems == []
