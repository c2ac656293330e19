"""Assembles the audit service: `archive` stores every topic, `tlog` signs the tree, `http` and `pages` serve it."""

from collections.abc import Sequence
from functools import partial

import asyncpg
from fastapi import FastAPI

from contracts.registry import SERVICES
from kernel import reader_service
from kernel.http import sign_in
from kernel.http.problem_details import answer_problems
from kernel.messaging import topics
from kernel.runtime.health import Health
from kernel.runtime.process import Loop
from kernel.runtime.settings import Settings
from kernel.store.schema_files import Migrations
from services.audit.archive.writer import prepare
from services.audit.http import access, anchors, producers, proofs, refusals, search_routes
from services.audit.http.refusals import Refusals
from services.audit.pages import access_page, log_pages
from services.audit.search import indexer, registers
from services.audit.settings import AuditSettings
from services.audit.tlog import keys
from services.audit.tlog.publisher import Publisher
from services.audit.tlog.witness import Witness

TOPICS = [
    *(topics.commands(service) for service in SERVICES),
    *(topics.of_log(service, log) for service in SERVICES for log in topics.LOGS),
    topics.of_log("reporting", "dead_letters"),
]
SERVICE = reader_service.ReaderService(
    "audit",
    TOPICS,
    prepare,
    migrations=[Migrations("services.audit", repeatable=("functions/make_month.sql",))],
    batch_records_max=5_000,
    dead_letters=False,
    commands_of=SERVICES,
    readers=["auditor"],
)


def loops(pool: asyncpg.Pool, health: Health, *, refused: Refusals) -> Sequence[Loop]:
    """The loops beside archiving: the publisher, the search indexer, the record of what was refused; if there is a
    register of producers, its keeper; and if there is a witness, its client.
    """
    settings, shared = AuditSettings(), Settings.for_service(SERVICE.name)
    always = [Publisher(pool, keys.signer(settings), settings, health).run(), indexer.run(pool, health)]
    always.append(refusals.run(pool, refused, access.statements()["read"], health))
    if shared.producers is not None:
        always.append(registers.run(shared.producers, shared.producers_operators, pool, health))
    return [*always, *([Witness(pool, settings.witness_url, health).run()] if settings.witness_url else [])]


def add_routes(app: FastAPI, pool: asyncpg.Pool, health: Health, *, refused: Refusals) -> None:
    """Serve the log's files, proofs, searches and pages."""
    access.record_readings(app, pool, refused)
    app.include_router(proofs.routes(pool))
    app.include_router(anchors.routes(pool))
    proofs.files(app, pool)
    app.include_router(search_routes.routes(pool))
    app.include_router(log_pages.routes(pool, health))
    app.include_router(access_page.routes())
    operators = Settings.for_service(SERVICE.name).producers_operators
    app.state.producers_shown = partial(producers.register_of, pool, operators)
    answer_problems(app, log_pages.problem)
    app.mount("/static", log_pages.static())
    sign_in.add(app)
