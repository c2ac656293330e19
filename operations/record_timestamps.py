"""Whose clock stamps the records of a command topic: the broker's; while a refill writes, records bring their own."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Final

from kernel.messaging import topics
from kernel.runtime.settings import Settings
from operations.errors import OperationError
from operations.kafka_admin import administration, set_topic_setting, topic_settings

SETTING_WITHIN_S: Final = 30.0
SETTING_POLL_S: Final = 0.2


@asynccontextmanager
async def stamped_by_sender(settings: Settings, names: Sequence[str], *, missing: int) -> AsyncIterator[None]:
    """Let records keep the timestamps that they bring, and have the brokers stamp those of commands again afterwards.

    An interrupted refill may have left that undone, so it is also done where nothing is missing.
    """
    commands = {name for name in names if topics.are_commands(name)}

    async def set_to(kind: str) -> None:
        await asyncio.to_thread(_set_timestamp_type, settings, commands, kind)

    if missing:
        await set_to(topics.CREATE_TIME)
    try:
        yield
    finally:
        await set_to(topics.APPEND_TIME)


def _set_timestamp_type(settings: Settings, names: Collection[str], kind: str) -> None:
    """Set it, and wait until the brokers say so."""
    if not names:
        return
    with administration(settings) as admin:
        set_topic_setting(admin, names, topics.TIMESTAMP_TYPE, kind)
        deadline = time.monotonic() + SETTING_WITHIN_S
        while set(topic_settings(admin, names, topics.TIMESTAMP_TYPE).values()) != {kind}:
            if time.monotonic() > deadline:
                raise OperationError(f"{topics.TIMESTAMP_TYPE} does not become {kind}: run it again.")
            time.sleep(SETTING_POLL_S)
    time.sleep(SETTING_POLL_S)  # a broker says so a moment before its log follows; each write is checked as well
