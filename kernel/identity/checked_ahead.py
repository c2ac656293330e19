"""Checks the signatures of a batch in threads before its commands are decoded.

The libraries check a signature outside of Python's lock: two cores check two at once, and the loop goes on meanwhile.
What a thread finds stays with the key until the decoder looks for it; what nobody checked ahead is checked there. So
nothing but the time depends on it.
"""

import asyncio
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeAlias

from contracts.raw_events import RawEvent
from contracts.verifiability import PAYLOAD_TYPE, NotVerifiable, pae
from kernel.identity.quick_keys import QuickKey
from kernel.identity.register import Register

THREADS: Final = min(4, os.cpu_count() or 1)
CHECKS_MIN: Final = 8
"""Fewer are not worth a thread."""
Check: TypeAlias = tuple[QuickKey, bytes, bytes]
"""A key, a signature that names it, and the message."""
_threads: Final = ThreadPoolExecutor(THREADS, "signatures")


async def check_ahead(register: Register, events: Iterable[RawEvent]) -> None:
    """Check one signature of each event: the first that names a key of the producer to which its source belongs."""
    checks = [check for event in events if (check := _check_of(register, event)) is not None]
    if len(checks) < CHECKS_MIN:
        return
    share = -(-len(checks) // THREADS)
    shares = [checks[first : first + share] for first in range(0, len(checks), share)]
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.run_in_executor(_threads, _run, one) for one in shares))


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


def _run(checks: Sequence[Check]) -> None:
    for key, signature, message in checks:
        key.check_ahead(signature, message)
