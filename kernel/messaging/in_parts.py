"""Handles what one poll gave in parts, each in a transaction of its own, in order; tells before each what comes next.

So work that depends on nothing before it, such as checking signatures, is done while a part is written.
"""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from kernel.messaging.partition_reader import Records

Announce: TypeAlias = Callable[[Records], None]
"""Take note of the records that come next, or none; they may also never come, and nothing may depend on it."""
Handle: TypeAlias = Callable[[Records], Awaitable[bool]]
"""Handle records; false if the rest shall not be handled."""


async def in_parts(records: Records, size: int, announce: Announce, handle: Handle) -> None:
    """Handle records in parts of at most so many; no records are one part.

    Raises:
        Exception: what `handle` raises; the parts behind that one are not handled.
    """
    parts = [records[first : first + size] for first in range(0, len(records), size)] or [records]
    for part, following in zip(parts, [*parts[1:], ()], strict=True):
        announce(following)
        if not await handle(part):
            return
