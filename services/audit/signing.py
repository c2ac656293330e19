"""Once in half a second: sign what the tree has become, if it still begins with everything that was signed before.

What was signed is kept in the database and, the newest, beside the key: a database that was put back to a backup, or
changed and rehashed, is not what the room signed, so it signs no more and is not ready until somebody has looked.
"""

import asyncio
import base64
from pathlib import Path
from typing import Final

import asyncpg
import httpx
import structlog

from kernel.health import Health
from kernel.postgres import Connection
from services.audit import keys, merkle, tree
from services.audit.checkpoint import Checkpoint
from services.audit.merkle import Refuted, check_consistency
from services.audit.note import Malformed, Signer, Unsigned, open_note, sign
from services.audit.settings import AuditSettings
from services.audit.tree import sql

log = structlog.get_logger()
EVERY_S: Final = 0.5
WITNESS_MAX_S: Final = 5.0


class Inconsistent(Exception):
    """The tree does not begin with what this room signed."""


class Signing:
    """One process's signer; several take turns under a lock in the database."""

    def __init__(self, pool: asyncpg.Pool, signer: Signer, settings: AuditSettings, health: Health) -> None:
        self._pool = pool
        self._signer = signer
        self._settings = settings
        self._health = health
        self._witnessed = 0
        self._kept = settings.directory / "checkpoint"

    async def run(self) -> None:
        """For ever; what is wrong shows in `/readyz`, and nothing is signed while it is."""
        while True:
            try:
                await self.once()
            except Exception as fault:  # a passing one is over at the next round, an inconsistency at none
                self._health.failed("signing", fault)
                log.critical("nothing is signed", fault=type(fault).__name__, told=str(fault))
            else:
                self._health.progressed("signing")
            await asyncio.sleep(EVERY_S)

    async def once(self) -> str:
        """The newest checkpoint's note, signed now if the tree has grown.

        Raises:
            Inconsistent: the tree does not begin with what was signed before.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(sql()["signing_lock"])
            for handover in keys.handovers(self._settings):
                await connection.execute(sql()["keep_handover"], handover)
            note = await self._signed(connection)
        for file in filter(None, (self._kept, self._settings.checkpoint_file)):
            _replace(file, note)
        if self._settings.witness_url:
            await self._witness(self._settings.witness_url, note)
        return note

    async def _signed(self, connection: Connection) -> str:
        size: int = await connection.fetchval(sql()["size"])
        last: str | None = await connection.fetchval(sql()["last_checkpoint"])
        kept = self._kept.read_text(encoding="utf-8") if self._kept.exists() else None
        try:
            (root,) = await tree.hashes(connection, [(0, size)])
            now = Checkpoint(self._signer.name, size, root)
            notes = [row["note"] for row in await connection.fetch(sql()["handovers"])]
            known = keys.predecessors(self._signer.verifier, now.origin, notes)
            for before in filter(None, (last, kept)):
                await _continues(connection, Checkpoint.parse(open_note(before, known)[0]), now)
            if last and open_note(last, known) == (now.text(), [self._signer.verifier]):
                return last
        except (Refuted, Malformed, Unsigned, KeyError, ValueError) as fault:
            raise Inconsistent(str(fault)) from fault
        note = sign(now.text(), [self._signer])
        await connection.execute(sql()["keep_checkpoint"], size, note)
        return note

    async def _witness(self, url: str, note: str) -> None:
        """Show it to the witness, which refuses what does not begin with the one it saw before.

        https://c2sp.org/tlog-witness: `old <size>`, the proof, an empty line, the note. 409 tells the size it knows.
        """
        size = int(note.split("\n")[1])
        if size == self._witnessed:
            return
        async with self._pool.acquire() as connection:
            proof = await tree.hashes(connection, merkle.consistency(min(self._witnessed, size), size))
        lines = [f"old {self._witnessed}", *(base64.b64encode(one).decode() for one in proof), "", note]
        async with httpx.AsyncClient(timeout=WITNESS_MAX_S) as client:
            answer = await client.post(f"{url.rstrip('/')}/add-checkpoint", content="\n".join(lines).encode())
        if answer.status_code == httpx.codes.CONFLICT and answer.text.strip().isdecimal():
            self._witnessed = int(answer.text)
            if self._witnessed > size:
                raise Inconsistent(f"the witness saw {self._witnessed} leaves and there are {size}")
        else:
            answer.raise_for_status()
            self._witnessed = size


async def _continues(connection: Connection, before: Checkpoint, now: Checkpoint) -> None:
    """Raises Refuted where the tree does not begin with the one that was signed."""
    if (before.origin, max(before.size, now.size)) != (now.origin, now.size):
        raise Refuted(f"{before.size} leaves of {before.origin} were signed, and there are {now.size} of {now.origin}")
    proof = await tree.hashes(connection, merkle.consistency(before.size, now.size))
    check_consistency(before.size, now.size, proof, before.root, now.root)


def _replace(file: Path, note: str) -> None:
    """Whole or not at all; not written where it is the same."""
    if file.exists() and file.read_text(encoding="utf-8") == note:
        return
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(note, encoding="utf-8")
    fresh.replace(file)
