"""The parts of the app that its routes depend on."""

from typing import Annotated, TypeAlias

from fastapi import Depends, Request

from kernel.http.principals import principal
from services.reporting.query.scope import Scope
from services.reporting.query.session import ReadModel
from services.reporting.reports.receipts import Archive


async def caller_scope(request: Request) -> Scope:
    """The States that the caller may see, as the guard in front of the app has verified it; without a guard, none."""
    return principal(request).contributors


async def _read_model(request: Request, scope: Annotated[Scope, Depends(caller_scope)]) -> ReadModel:
    model: ReadModel = request.app.state.read_model
    return model if scope is None else model.of(scope)


async def _archive(request: Request) -> Archive | None:
    archive: Archive | None = request.app.state.archive
    return archive


Model: TypeAlias = Annotated[ReadModel, Depends(_read_model)]
"""The views, as the routes read them: on behalf of their caller."""
OptionalArchive: TypeAlias = Annotated[Archive | None, Depends(_archive)]
"""The archive that receipts refer to, if the app has one."""
