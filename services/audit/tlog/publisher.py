"""Signs the tree every half second, if it still begins with everything that was signed before.

Signed checkpoints are kept in the database, and the newest also beside the key: a database that was restored from a
backup, or changed and rehashed, does not match it. Then an alarm is raised, and nothing is signed while it is open.
"""

import asyncio
import os
import time
from pathlib import Path
from typing import Final

import asyncpg
import structlog

from kernel.identity.signed_note import Malformed, Signer, Unsigned, open_note, sign
from kernel.runtime.health import Health
from kernel.store.postgres import Connection
from services.audit.settings import AuditSettings
from services.audit.tlog import alarms, keys, merkle, tree_store
from services.audit.tlog.alarms import AlarmKind
from services.audit.tlog.checkpoint import Checkpoint
from services.audit.tlog.merkle import Refuted, check_consistency
from services.audit.tlog.tree_store import sql

log = structlog.get_logger()
EVERY_S: Final = 0.5
WAITS_MAX_S: Final = 5.0
"""How long leaves may wait while another session keeps the turn to sign, before that is reported."""
COPY_WITHIN_S: Final = 1.0
LAST_PUBLISHED: Final = "the last checkpoint beside the key"
COPY: Final = "the copy of the checkpoint"
HOW_TO: Final = "docs/how-to/prove-history.md"


class Inconsistent(Exception):
    """The tree does not begin with the signed tree, or an earlier alarm is open."""


class NotOurTurn(Exception):
    """Another session signs, or holds the row by which signers take turns; the message says which."""

    def __init__(self, reason: str, unsigned: int) -> None:
        super().__init__(reason)
        self.unsigned = unsigned
        """The number of records that no checkpoint covers."""


class Publisher:
    """The signer of one process; several take turns by a row in the database."""

    def __init__(self, pool: asyncpg.Pool, signer: Signer, settings: AuditSettings, health: Health) -> None:
        self._pool = pool
        self._signer = signer
        self._settings = settings
        self._health = health
        self._last_published_file = settings.directory / "checkpoint"
        self._waits_since: float | None = None
        self._said = ""
        self._copying: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Run for ever; faults show in `/healthz/progress`, and nothing is signed while they last."""
        while True:
            await self.round()
            await asyncio.sleep(EVERY_S)

    async def round(self) -> None:
        """Sign if possible; never raises."""
        try:
            await self.once()
        except Inconsistent as fault:
            self._stands(f"{fault}. Nothing is signed until somebody has looked and cleared it: {HOW_TO}")
        except NotOurTurn as fault:
            self._waits(str(fault), fault.unsigned)
        except Exception as fault:  # a passing fault: gone by the next round
            self._health.failed("signing", fault)
            log.warning("nothing can be signed for the moment", fault=type(fault).__name__)
        else:
            self._waits_since, self._said = None, ""
            self._health.moves("signing")
            self._health.progressed("signing")

    def _stands(self, why: str) -> None:
        self._health.stands("signing", why)
        self._health.beat("signing")
        if why != self._said:
            self._said = why
            log.critical("nothing is signed", why=why)

    def _waits(self, on: str, unsigned: int) -> None:
        """Waiting is not a fault while there is nothing to sign, or while others sign it."""
        now = time.monotonic()
        self._waits_since = self._waits_since or now
        if now - self._waits_since > WAITS_MAX_S and unsigned:
            self._stands(f"{unsigned} records wait to be signed, and {on}. End that session of the database server")
        else:
            self._health.beat("signing")

    async def once(self) -> str:
        """The newest checkpoint's note, signed now if the tree has grown.

        Raises:
            Inconsistent: the tree does not begin with the signed tree, which raises an alarm; or an alarm is open.
            NotOurTurn: another session has the turn and does not give it back.
        """
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(sql()["wait_briefly"])
                await connection.execute(sql()["take_turn"])
                for alarm in await alarms.standing(connection):
                    raise Inconsistent(str(alarm))
                for handover in keys.handovers(self._settings):
                    await connection.execute(sql()["keep_handover"], handover)
                note = await self._signed(connection)
        except asyncpg.LockNotAvailableError as fault:
            raise NotOurTurn(await self._who(), await self._pool.fetchval(sql()["unsigned"])) from fault
        except _TreeDiffers as fault:
            async with self._pool.acquire() as connection:
                await alarms.raise_(connection, AlarmKind.TREE, str(fault))
            raise Inconsistent(str(fault)) from fault
        try:
            _replace(self._last_published_file, note)
        except OSError as fault:
            self._health.stands(LAST_PUBLISHED, f"it cannot be written ({type(fault).__name__}), though it is signed")
        else:
            self._health.moves(LAST_PUBLISHED)
        if self._settings.checkpoint_file is not None:
            await self._copy(self._settings.checkpoint_file, note)
        return note

    async def _copy(self, file: Path, note: str) -> None:
        """Copy to a place outside this service: a copy that fails or hangs is reported, and signing continues."""
        if self._copying is None or self._copying.done():
            self._copying = asyncio.create_task(asyncio.to_thread(_replace, file, note))
        await asyncio.wait([self._copying], timeout=COPY_WITHIN_S)
        fault = self._copying.exception() if self._copying.done() else TimeoutError()
        if fault is None:
            self._health.remarks.pop(COPY, None)
        else:
            remark = f"it cannot be written ({type(fault).__name__}). Checkpoints are signed all the same"
            if self._health.remarks.get(COPY) != remark:
                log.warning("the checkpoint cannot be written elsewhere", fault=type(fault).__name__)
            self._health.remarks[COPY] = remark

    async def _who(self) -> str:
        """The session that holds the turn, for an operator; nothing in it comes from a sender."""
        rows = await self._pool.fetch(sql()["who_signs"])
        sessions = [
            f"process {row['pid']} of {row['usename']} ({row['application_name'] or 'unnamed'})" for row in rows
        ]
        return f"the turn to sign is held by {', '.join(sessions) or 'a session that cannot be seen'}"

    async def _signed(self, connection: Connection) -> str:
        size: int = await connection.fetchval(sql()["size"])
        last_signed: str | None = await connection.fetchval(sql()["last_checkpoint"])
        try:
            last_published = (
                self._last_published_file.read_text(encoding="utf-8") if self._last_published_file.exists() else None
            )
            (root,) = await tree_store.hashes(connection, [(0, size)])
            now = Checkpoint(self._signer.name, size, root)
            notes = [row["note"] for row in await connection.fetch(sql()["handovers"])]
            known = keys.predecessors(self._signer.verifier, now.origin, notes)
            for before in (one for one in (last_signed, last_published) if one is not None):
                await _continues(connection, Checkpoint.parse(open_note(before, known)[0]), now)
            if last_signed is not None and open_note(last_signed, known) == (now.text(), [self._signer.verifier]):
                return last_signed
        except (Refuted, Malformed, Unsigned, KeyError, ValueError) as fault:
            raise _TreeDiffers(_reason(fault)) from fault
        note = sign(now.text(), [self._signer])
        await connection.execute(sql()["keep_checkpoint"], size, note)
        return note


class _TreeDiffers(Exception):
    """The tree, read under the lock, does not begin with the signed tree."""


def _reason(fault: Exception) -> str:
    return f"a tile is missing: level and number {fault}" if isinstance(fault, KeyError) else str(fault)


async def _continues(connection: Connection, before: Checkpoint, now: Checkpoint) -> None:
    """Raises Refuted if the tree does not begin with the one that was signed."""
    if (before.origin, max(before.size, now.size)) != (now.origin, now.size):
        raise Refuted(f"{before.size} leaves of {before.origin} were signed, and there are {now.size} of {now.origin}")
    proof = await tree_store.hashes(connection, merkle.consistency(before.size, now.size))
    check_consistency(before.size, now.size, proof, before.root, now.root)


def _replace(file: Path, note: str) -> None:
    """Replace the file atomically; an identical file is not written."""
    if file.exists() and file.read_text(encoding="utf-8") == note:
        return
    fresh = file.with_name(f"{file.name}.new")
    with fresh.open("w", encoding="utf-8") as out:
        out.write(note)
        out.flush()
        os.fsync(out.fileno())  # otherwise a power failure may leave an empty file, which counts as another log
    fresh.replace(file)
