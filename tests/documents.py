"""The app of every service, and its OpenAPI document, made without a server."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from fastapi import FastAPI

from kernel.http import application, command_routes, operator_routes, sign_in
from kernel.identity.intake import Senders
from kernel.runtime.health import Health
from services.audit.http import access, anchors, proofs, search_routes
from services.audit.http.refusals import Refusals
from services.audit.pages import access_page, log_pages
from services.reporting.http.app import build

DECIDING: Final = ("approvals", "vacancies", "deployments")
NOTHING: Any = None
"""Stands for everything that a document does not need."""


def _apps() -> Iterator[tuple[str, FastAPI]]:
    health = Health(1)
    parts = {
        "store": NOTHING,
        "pool": NOTHING,
        "queue": NOTHING,
        "decode": NOTHING,
        "lifespan": NOTHING,
    }
    for name in DECIDING:
        yield name, command_routes.build(name, health=health, senders=Senders(), **parts)
    query = build(NOTHING, today=lambda: date(2014, 12, 1))
    operator_routes.operations(query, health, service="query", ready=NOTHING)
    yield "query", query
    reporting = application.app("reporting")
    operator_routes.operations(reporting, health, service="reporting", ready=NOTHING)
    command_routes.dead_letters(reporting, NOTHING)
    yield "reporting", reporting
    archive = application.app("archive")
    access.record_readings(archive, NOTHING, Refusals())
    for routes in (proofs.routes, anchors.routes, search_routes.routes):
        archive.include_router(routes(NOTHING))
    proofs.files(archive, NOTHING)
    archive.include_router(log_pages.routes(NOTHING, health))
    archive.include_router(access_page.routes())
    archive.mount("/static", log_pages.static())
    sign_in.add(archive)
    operator_routes.operations(archive, health, service="audit", ready=NOTHING)
    yield "archive", archive


APPS: Final[Mapping[str, FastAPI]] = dict(_apps())
"""By service. Their routes can be looked at, not used."""
DOCUMENTS: Final[Mapping[str, dict[str, Any]]] = {name: app.openapi() for name, app in APPS.items()}
