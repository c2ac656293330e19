"""An app on a port of its own, for clients that need a real connection: a stream, a browser, another process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from kernel.identity.principal import Principal
from tests.callers import ANYTHING, CalledAs
from tests.system import free_port


@asynccontextmanager
async def served(app: ASGIApp, caller: Principal | None = ANYTHING) -> AsyncIterator[str]:
    """The app on a port of its own, and its address; `caller` is None for an app with a guard of its own."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(CalledAs(app, caller) if caller else app, port=port, log_level="error", lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (the server offers nothing to wait for)
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving
