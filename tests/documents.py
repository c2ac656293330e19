"""The OpenAPI document of every service, made without a server."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from kernel.http import application, command_routes, operator_routes
from kernel.runtime.health import Health
from services.audit.http import access, anchors, proofs, search_routes
from services.audit.pages import log_pages
from services.reporting.http.app import build

DECIDING: Final = ("approvals", "vacancies", "deployments")
NOTHING: Any = None
"""Stands for everything that a document does not need."""


def _documents() -> Iterator[tuple[str, dict[str, Any]]]:
    health = Health(1)
    parts = {"store": NOTHING, "pool": NOTHING, "queue": NOTHING, "decode": NOTHING, "lifespan": NOTHING}
    for name in DECIDING:
        yield name, command_routes.build(name, health=health, **parts).openapi()
    yield "query", build(NOTHING, today=lambda: date(2014, 12, 1)).openapi()
    archive = application.app("archive")
    access.guard(archive, NOTHING, None)
    for routes in (proofs.routes, anchors.routes, search_routes.routes):
        archive.include_router(routes(NOTHING))
    proofs.files(archive, NOTHING)
    archive.include_router(log_pages.routes(NOTHING, health))
    operator_routes.operations(archive, health, service="audit", ready=NOTHING)
    yield "archive", archive.openapi()


DOCUMENTS: Final[Mapping[str, dict[str, Any]]] = dict(_documents())
