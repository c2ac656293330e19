"""`GET /v1/changes`: the rows that the projector sets, as server-sent events while it sets them."""

from collections.abc import AsyncIterator
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from kernel.http.caching import NOT_AT_ALL
from kernel.http.parameters import Position
from kernel.http.problem_details import Problem
from kernel.http.problem_types import BUSY
from services.reporting.http.dependencies import Model
from services.reporting.http.errors import RESPONSES
from services.reporting.projections import VIEWS
from services.reporting.query.change_feed import FOLLOWERS_MAX, TooManyFollowers
from services.reporting.query.values import Responses

FOLLOWED: Final = (*(view.table for view in VIEWS), "events", "parked")
_EXAMPLE: Final = (
    'event: change\ndata: {"view": "tours", "ids": ["kz-2013/observers/t-1"], "rows": 1,'
    ' "recorded": "2014-07-01T09:30:00+00:00"}\nid: 17\n\n'
)
_HEADERS: Final = {"Cache-Control": NOT_AT_ALL, "X-Accel-Buffering": "no"}
"""Keeps a proxy in between from buffering events."""
_DOCUMENTED: Responses = {
    200: {"description": "A stream of events.", "content": {"text/event-stream": {"example": _EXAMPLE}}},
    503: {"description": "This process has as many followers as it can serve."},
}


def routes() -> APIRouter:
    """The stream of changes."""
    router = APIRouter(responses={**RESPONSES, **_DOCUMENTED}, tags=["changes"])
    router.get("/changes", response_class=StreamingResponse, description=_DESCRIPTION)(_changes)
    return router


_DESCRIPTION: Final = (
    "Server-sent events: one `change` for each view and State that a committed batch has set, with the ids of its rows"
    " (the first hundred) and how many there were. The first event is `here`; its id, or that of any later one, sent"
    " back as `Last-Event-ID`, resumes behind it. `reset` in its place says that what was missed is no longer kept:"
    " read anew."
)
View = Literal[FOLLOWED]  # type: ignore[valid-type]


async def _changes(
    model: Model,
    views: Annotated[list[View] | None, Query(description="Only these views; repeat it for several.")] = None,
    last_event_id: Annotated[Position | None, Header(description="The id of the last event that was seen.")] = None,
) -> StreamingResponse:
    frames = model.change_feed.follow(last_event_id, views or (), model.scope)
    try:
        first = await anext(frames)
    except TooManyFollowers as fault:
        detail = f"{FOLLOWERS_MAX:,} follow here already."
        raise Problem(BUSY, detail, remedy="Try again in a moment, or use another process.") from fault
    return StreamingResponse(_from(first, frames), media_type="text/event-stream", headers=_HEADERS)


async def _from(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for frame in rest:
        yield frame
