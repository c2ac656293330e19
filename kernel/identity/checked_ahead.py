"""Checks the signatures of commands in threads, before they are decoded or while others are written.

The libraries check a signature outside of Python's lock: two cores check two at once, and the loop goes on meanwhile.
What a thread finds stays with the key until the decoder looks for it; what nobody checked ahead is checked there. So
nothing but the time depends on it.
"""

import asyncio
import os
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeAlias

from contracts.raw_events import RawEvent
from contracts.verifiability import PAYLOAD_TYPE, NotVerifiable, pae
from kernel.identity.quick_keys import QuickKey
from kernel.identity.register import Register

THREADS: Final = min(4, os.cpu_count() or 1)
CHECKS_MIN: Final = 8
"""Fewer are not worth a thread."""
AT_ONCE: Final = 50
"""How many events are looked at before other work gets its turn."""
Check: TypeAlias = tuple[QuickKey, bytes, bytes]
"""A key, a signature that names it, and the message."""
_threads: Final = ThreadPoolExecutor(THREADS, "signatures")


class CheckedAhead:
    """The signatures of some commands: checked by one thread, until somebody waits for them, and then by all.

    More threads would take Python's lock from the loop again and again while it decides.
    """

    def __init__(self) -> None:
        self._left: deque[Check] = deque()
        self._at_work: list[asyncio.Future[None]] = []
        self._threads = 1

    async def check(self, register: Register, events: Iterable[RawEvent]) -> None:
        """Check one signature of each: the first that names a key of the producer to which the source belongs."""
        for number, event in enumerate(events, 1):
            if (check := _check_of(register, event)) is not None:
                self._left.append(check)
            if number % AT_ONCE == 0:
                self._set_to_work()
                await asyncio.sleep(0)
        self._set_to_work()
        while self._at_work:
            await asyncio.gather(*self._at_work)
            self._set_to_work()

    def hurry(self) -> None:
        """Let all threads work: the commands are waited for."""
        self._threads = THREADS
        self._set_to_work()

    def _set_to_work(self) -> None:
        self._at_work = [one for one in self._at_work if not one.done()]
        wanted = min(self._threads - len(self._at_work), len(self._left) // CHECKS_MIN)
        loop = asyncio.get_running_loop()
        self._at_work += [loop.run_in_executor(_threads, self._work) for _ in range(wanted)]

    def _work(self) -> None:
        while self._left:
            try:
                key, signature, message = self._left.popleft()
            except IndexError:  # another thread has taken the last one
                return
            key.check_ahead(signature, message)


async def check_ahead(register: Register, events: Iterable[RawEvent]) -> None:
    """Check the signatures of events now, by all threads."""
    checks = CheckedAhead()
    checks.hurry()
    await checks.check(register, events)


def _check_of(register: Register, event: RawEvent) -> Check | None:
    producer = register.owner(str(event.attributes.get("source")))
    if producer is None:
        return None
    try:
        material = event.material
    except NotVerifiable:  # whoever decodes it says so
        return None
    for key_id, signature in material.signatures:
        for key in producer.keys:
            if key_id == key.public.id and isinstance(key.public, QuickKey):
                return key.public, signature, pae(PAYLOAD_TYPE, material.payload)
    return None
