"""A witness cosigns each checkpoint after verifying that it continues the one before. C2SP tlog-witness.

The witness is a third party: signing does not wait for it, and its failures are reported as its own and stop nothing
here. What it has *seen* matters: if it saw more leaves than there are, or another tree of the same size, then two
histories were signed under this key. That raises an alarm, which is open until somebody clears it.
"""

import asyncio
import base64
import re
from typing import Final

import asyncpg
import httpx
import structlog

from contracts.limits import BIGINT_MAX
from kernel.runtime.health import Health
from services.audit.tlog import alarms, merkle, tree_store
from services.audit.tlog.alarms import AlarmKind
from services.audit.tlog.tree_store import sql

log = structlog.get_logger()
EVERY_S: Final = 1.0
PAUSE_MAX_S: Final = 60.0
ANSWER_WITHIN_S: Final = 5.0
"""From the first byte sent to the last byte received."""
ANSWER_BYTES_MAX: Final = 65_536
ATTEMPTS_MAX: Final = 3
"""How often one round sends a checkpoint, each time with the size that the witness reports to have seen."""
NAME: Final = "the witness"
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n?")


class NotCosigned(Exception):
    """The witness did not cosign; the message says what it did, without quoting it."""


class Witness:
    """The client of the witness in one process."""

    def __init__(self, pool: asyncpg.Pool, url: str, health: Health) -> None:
        self._pool = pool
        self._url = f"{url.rstrip('/')}/add-checkpoint"
        self._health = health
        self._old = 0
        """The number of leaves that the witness reports to have seen."""
        self._cosigned = ""
        """The note that it accepted last."""

    async def run(self) -> None:
        """Run for ever, with a growing pause while it fails."""
        pause_s = EVERY_S
        while True:
            pause_s = EVERY_S if await self.round() else min(pause_s * 2, PAUSE_MAX_S)
            await asyncio.sleep(pause_s)

    async def round(self) -> bool:
        """Send the newest checkpoint unless the witness has it; returns whether it has. Never raises."""
        try:
            await self._show()
        except NotCosigned as fault:
            return self._failed(str(fault))
        except Exception as fault:  # of the network, of the witness, or of our own database
            return self._failed(f"it could not be reached ({type(fault).__name__})")
        self._health.remarks.pop(NAME, None)
        return True

    def _failed(self, why: str) -> bool:
        remark = f"{why}. Checkpoints are signed all the same, and nobody else has seen those since"
        if self._health.remarks.get(NAME) != remark:
            log.warning("the witness has not seen the newest checkpoint", why=why)
        self._health.remarks[NAME] = remark
        return False

    async def _show(self) -> None:
        for _ in range(ATTEMPTS_MAX):
            note: str | None = await self._pool.fetchval(sql()["last_checkpoint"])
            if note is None or note == self._cosigned:
                return
            size = int(note.split("\n")[1])
            old = self._old if self._old <= size else 0
            status, saw = await self._add_checkpoint(note, old, size)
            if status == httpx.codes.OK:
                self._cosigned, self._old = note, size
                return
            if old and (status == httpx.codes.UNPROCESSABLE_ENTITY or saw == old == size):
                raise NotCosigned(await self._alarm(f"the witness saw another tree of {old} leaves than there is", old))
            if saw is None or saw == old:
                raise NotCosigned(f"it answers {status}")
            self._old = saw
            if saw > (signed := await self._leaves_signed()):
                raise NotCosigned(await self._alarm(f"the witness saw {saw} leaves and {signed} are signed", saw))
        raise NotCosigned("it says each time that it saw another size")

    async def _add_checkpoint(self, note: str, old: int, size: int) -> tuple[int, int | None]:
        """The status, and, for a conflict (409), the size that the witness reports to have seen."""
        async with self._pool.acquire() as connection:
            proof = await tree_store.hashes(connection, merkle.consistency(old, size))
        lines = [f"old {old}", *(base64.b64encode(one).decode() for one in proof), "", note]
        body = b""
        async with (
            asyncio.timeout(ANSWER_WITHIN_S),
            httpx.AsyncClient(timeout=ANSWER_WITHIN_S) as client,
            client.stream("POST", self._url, content="\n".join(lines).encode()) as answer,
        ):
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > ANSWER_BYTES_MAX:
                    raise NotCosigned("its answer does not end")
        seen_size = _SIZE.fullmatch(body) if answer.status_code == httpx.codes.CONFLICT else None
        return answer.status_code, int(seen_size[1]) if seen_size and int(seen_size[1]) <= BIGINT_MAX else None

    async def _leaves_signed(self) -> int:
        """The size that is signed by now: another process may have signed and sent more."""
        note: str = await self._pool.fetchval(sql()["last_checkpoint"])
        return int(note.split("\n")[1])

    async def _alarm(self, detail: str, saw: int) -> str:
        async with self._pool.acquire() as connection:
            await alarms.raise_(connection, AlarmKind.WITNESS, detail, saw)
        log.critical("the witness knows another history", detail=detail)
        return detail
