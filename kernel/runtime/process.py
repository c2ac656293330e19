"""A process: loops that start and end together, and an HTTP server that logs where it listens."""

import asyncio
import logging
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from kernel.http.access import authenticator
from kernel.http.guard import guard
from kernel.http.permits import RouteWithoutPermit
from kernel.http.proxied import addressed
from kernel.runtime import listening
from kernel.runtime.faults import kind, where
from kernel.runtime.garbage import collect_seldom
from kernel.runtime.settings import Settings

log = structlog.get_logger()
Loop: TypeAlias = Coroutine[object, None, None]
"""Runs as long as the process does."""


@asynccontextmanager
async def running_together(loops: Sequence[Loop]) -> AsyncIterator[None]:
    """Run loops in the background. They never end by themselves: the first that does ends the process."""
    tasks = [asyncio.create_task(loop) for loop in loops]
    for task in tasks:
        task.add_done_callback(_fatal)
    try:
        yield
    finally:
        for task in tasks:
            task.remove_done_callback(_fatal)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _fatal(task: asyncio.Task[None]) -> None:
    fault = None if task.cancelled() else task.exception()
    details = {"fault": kind(fault), "where": where(fault)} if fault else {}  # a message may quote somebody's data
    log.critical("a loop ended; the process ends with it", **details)
    os.kill(os.getpid(), signal.SIGTERM)


def configure_logs(level: str) -> None:
    """Log JSON objects to standard error, one a line. Values of messages are never logged, only names and numbers."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()])


class _Libraries(logging.Handler):
    """Logs of libraries in the same form: the origin and the kind, without the values in them."""

    def emit(self, record: logging.LogRecord) -> None:
        log.log(record.levelno, str(record.msg), library=record.name)


async def serve(app: FastAPI, settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; logs the port, also if any free port was requested.

    Raises:
        SystemExit: a route is in no table of permits, or the settings of access are wrong.
    """
    try:
        guard(app, authenticator(settings))
    except RouteWithoutPermit as fault:
        raise SystemExit(str(fault)) from fault
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, allowed))  # a connection is an open file; usual limit 1,024
    listener = listening.listener(settings.http_host, settings.http_port)
    log.info("listening", service=app.title, url=listening.url(listener))
    await uvicorn.Server(server_settings(app, settings)).serve(sockets=[listener])


def server_settings(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves the app. It believes forwarded headers of the named proxies only, not of this machine, as it
    does by itself, and whatever its own variable FORWARDED_ALLOW_IPS says.
    """
    return uvicorn.Config(
        addressed(app, settings),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        lifespan="on",
        proxy_headers=settings.http_proxies is not None,
        forwarded_allow_ips=settings.http_proxies or "",
    )


def main(run: Coroutine[object, None, None], settings: Settings) -> None:
    """The entry point of every service's `__main__`."""
    configure_logs(settings.log_level)
    collect_seldom()
    uvloop.run(run)
