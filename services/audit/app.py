"""The archive, put together: every topic of the house, kept by `archive`, signed by `signing`, shown by `proofs`."""

from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI

from contracts.registry import SERVICES
from kernel import reader_service
from kernel.http.problem_details import answer_problems
from kernel.messaging import topics
from kernel.runtime.health import Health
from services.audit.archive.writer import prepare, sequence
from services.audit.http import access, anchors, proofs, search_routes
from services.audit.pages import routes as pages
from services.audit.search import indexer
from services.audit.settings import AuditSettings
from services.audit.tlog import keys
from services.audit.tlog.publisher import Publisher
from services.audit.tlog.witness import Witness

TOPICS = [
    *(topics.commands(room) for room in SERVICES),
    *(topics.of_log(room, log) for room in SERVICES for log in topics.LOGS),
    topics.of_log("reporting", "dead_letters"),
]
SERVICE = reader_service.ReaderService(
    "audit",
    TOPICS,
    prepare,
    migrations=[("services.audit", "migrations")],
    batch_records_max=5_000,
    dead_letters=False,
    readers=["auditor"],
)


@asynccontextmanager
async def beside(pool: asyncpg.Pool) -> AsyncIterator[None]:
    """Before anything is read: an archive from before there was a tree gets one."""
    await sequence(pool)
    yield


def extend(app: FastAPI, pool: asyncpg.Pool, health: Health) -> Sequence[Coroutine[Any, Any, None]]:
    """Proofs and searches over HTTP; the loop that signs, and the one that makes records findable."""
    settings = AuditSettings()
    access.guard(app, pool, settings.readers_file)
    app.include_router(proofs.routes(pool))
    app.include_router(anchors.routes(pool))
    proofs.files(app, pool)
    app.include_router(search_routes.routes(pool))
    app.include_router(pages.routes(pool, health))
    answer_problems(app, pages.problem)
    app.mount("/static", pages.static())
    loops = [Publisher(pool, keys.signer(settings), settings, health).run(), indexer.run(pool, health)]
    return [*loops, *([Witness(pool, settings.witness_url, health).run()] if settings.witness_url else [])]
