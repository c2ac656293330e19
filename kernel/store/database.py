"""A service owns a schema and a role, in any database; it migrates its own schema and touches no other.

The administrator's part (role, schema, extension) is `kernel.store.provisioning`, which the server's administrator runs
once per service. The service's part is `migrate`, which it runs at each start, under a lock that a crash releases.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypedDict, cast

import asyncpg
import stamina
from asyncpg.pool import PoolConnectionProxy
from pydantic import SecretStr

from kernel.store.migrations import migrate
from kernel.store.provisioning import provision, provision_reader
from kernel.store.sessions import PASSING_FAULTS, patient_session, session

__all__ = [
    "PASSING_FAULTS",
    "PoolHooks",
    "connect",
    "migrate",
    "patient_session",
    "provision",
    "provision_reader",
    "session",
]


class PoolHooks(TypedDict):
    """What a pool does with a connection besides: when it is taken, and in place of its reset when it is given back."""

    setup: Callable[[PoolConnectionProxy], Coroutine[object, object, None]]
    reset: Callable[[asyncpg.Connection], Coroutine[object, object, None]]


@stamina.retry(on=PASSING_FAULTS, attempts=30, timeout=120, wait_max=2)
async def connect(
    url: SecretStr,
    *,
    size_max: int = 8,
    application: str,
    settings: Mapping[str, str] | None = None,
    hooks: PoolHooks | None = None,
) -> asyncpg.Pool:
    """A pool on a service's database, with server settings; waits for a server that is still starting."""
    pool: asyncpg.Pool = await asyncpg.create_pool(
        url.get_secret_value(),
        connect=cast(Any, session),  # `Any`: the driver's types require one overload of its own `connect`
        min_size=1,
        max_size=size_max,
        command_timeout=60,
        max_cacheable_statement_size=0,  # all statements are ours, and the longest are the costliest to plan
        server_settings={"application_name": application, **(settings or {})},
        **(hooks or {}),
    )
    return pool
