"""The app of every service, and its OpenAPI document, made without a server."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, Final, TypeVar

from fastapi import FastAPI

from kernel.http import application, command_routes, operator_routes, sign_in
from kernel.identity.intake import Senders
from kernel.runtime.health import Health
from services.audit.http import access, anchors, proofs, search_routes
from services.audit.http.refusals import Refusals
from services.audit.pages import access_page, log_pages
from services.reporting.http.app import build

Made = TypeVar("Made")
DECIDING: Final = ("approvals", "vacancies", "deployments")
SERVICES: Final = (*DECIDING, "query", "reporting", "archive")
NOTHING: Any = None
"""Stands for everything that a document does not need."""


def _app(name: str) -> FastAPI:
    health = Health(1)
    if name in DECIDING:
        parts = dict.fromkeys(("store", "pool", "queue", "decode", "lifespan"), NOTHING)
        return command_routes.build(name, health=health, senders=Senders(), **parts)
    if name == "query":
        query = build(NOTHING, today=lambda: date(2014, 12, 1))
        operator_routes.operations(query, health, service="query", ready=NOTHING)
        return query
    if name == "reporting":
        reporting = application.app("reporting")
        operator_routes.operations(reporting, health, service="reporting", ready=NOTHING)
        command_routes.dead_letters(reporting, NOTHING)
        return reporting
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
    return archive


class _AtFirstUse(Mapping[str, Made]):
    """By service, each made when it is first used: every process of a run collects all tests, and uses few of these."""

    def __init__(self, make: Callable[[str], Made]) -> None:
        self._make = cache(make)

    def __getitem__(self, name: str) -> Made:
        if name not in SERVICES:
            raise KeyError(name)
        return self._make(name)

    def __iter__(self) -> Iterator[str]:
        return iter(SERVICES)

    def __len__(self) -> int:
        return len(SERVICES)


APPS: Final[Mapping[str, FastAPI]] = _AtFirstUse(_app)
"""By service. Their routes can be looked at, not used."""
DOCUMENTS: Final[Mapping[str, dict[str, Any]]] = _AtFirstUse(lambda name: APPS[name].openapi())
