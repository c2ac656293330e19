"""The parts of the app that its routes depend on."""

from typing import Annotated, TypeAlias

from fastapi import Depends, Request

from services.reporting.query.session import ReadModel
from services.reporting.reports.receipts import Archive


def _read_model(request: Request) -> ReadModel:
    model: ReadModel = request.app.state.read_model
    return model


def _archive(request: Request) -> Archive | None:
    archive: Archive | None = request.app.state.archive
    return archive


Model: TypeAlias = Annotated[ReadModel, Depends(_read_model)]
"""The views, as the routes read them."""
OptionalArchive: TypeAlias = Annotated[Archive | None, Depends(_archive)]
"""The archive that receipts refer to, if the app has one."""
