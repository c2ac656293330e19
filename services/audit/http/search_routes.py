"""Search in the archive for messages and for their causes. Each result is a record that has a proof."""

from typing import Annotated, Final

import asyncpg
from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from contracts.limits import ATTRIBUTE_LENGTH_MAX, BIGINT_MAX
from kernel.http.page_cursor import numbered
from kernel.http.parameters import LIMIT_DEFAULT, Cursor, Instant, Limit, Name
from kernel.http.places import Place, Topic, place
from kernel.http.problem_details import documented, problem
from kernel.http.problem_types import BAD_PARAMETER, NOT_FOUND
from kernel.sql.template import filtered
from kernel.store.postgres import Connection
from services.audit.http.access import Reader
from services.audit.search import causation
from services.audit.search.indexer import IndexedMessage, sql, term

Text = Annotated[str, AfterValidator(term), Name(ATTRIBUTE_LENGTH_MAX * 4)]
"""An attribute as it was sent, however long, or as it is shown."""


class UnknownMessage(LookupError):
    """No such message is archived, or it is not searchable yet."""


class SearchParameters(BaseModel):
    """What is searched for; all of it together. Texts are compared whole."""

    model_config = ConfigDict(extra="forbid")
    stream: Text | None = Field(None, examples=["line/kz-2013/observers"])
    actor: Text | None = Field(None, examples=["urn:example:mod"])
    authid: Text | None = Field(None, examples=["mfa-kz"])
    """Who said it, as the service verified: of events, outcomes and commands over HTTP."""
    authkey: Text | None = None
    """The id of the key that signed the command."""
    type: Text | None = Field(None, examples=["forcegen.deployments.TourPlanned"])
    topic: Topic | None = Field(None, examples=["deployments.events"])
    correlation: Text | None = None
    recorded_since: Instant | None = Field(None, examples=["2014-07-01T00:00:00Z"])
    """Recorded at this instant or later."""
    recorded_until: Instant | None = None
    """Recorded before this instant."""
    limit: Limit = LIMIT_DEFAULT
    """Rows of a page."""
    cursor: Cursor | None = None
    """`next` of the page before."""


_MESSAGES: Final = numbered("messages", BIGINT_MAX)


async def search(connection: Connection, parameters: SearchParameters) -> tuple[list[IndexedMessage], str | None]:
    """The newest matches first, and the cursor of the next page; raises `Problem`."""
    [before] = _MESSAGES.after(parameters.cursor)
    given = {**parameters.model_dump(), "before": before, "limit": parameters.limit + 1}
    statement = filtered("services.audit.search", "matching_messages", given)
    rows = await connection.fetch(statement.sql, *statement.values(given))
    messages = [IndexedMessage(*row) for row in rows[: parameters.limit]]
    return messages, _MESSAGES.cursor(str(messages[-1].leaf)) if len(rows) > parameters.limit else None


async def at(connection: Connection, record_place: str) -> IndexedMessage:
    """The message at `topic/partition/offset`.

    Raises:
        UnknownMessage: there is none.
        Bad: this is not a place.
    """
    row = await connection.fetchrow(sql()["at"], *place(record_place))
    if row is None:
        raise UnknownMessage(record_place)
    return IndexedMessage(*row)


async def with_id(connection: Connection, id_: str) -> IndexedMessage:
    """The event or command with an id: of several commands the one that was decided, or the first.

    Raises:
        UnknownMessage: there is none.
    """
    row = await connection.fetchrow(sql()["named"], id_)
    if row is None:
        raise UnknownMessage(id_)
    return IndexedMessage(*row)


def routes(pool: asyncpg.Pool) -> APIRouter:
    """`GET /v1/messages` and `GET /v1/causes`."""
    router = APIRouter(prefix="/v1", tags=["search"], dependencies=[Reader])

    @router.get("/messages", summary="Archived messages by stream, actor, type, topic, correlation and time")
    async def messages(parameters: Annotated[SearchParameters, Query()]) -> dict[str, object]:
        """The newest first. `behind`: records that cannot be found yet."""
        async with pool.acquire() as connection:
            page, following = await search(connection, parameters)
            behind = await connection.fetchval(sql()["behind"])
        return {"items": [one._asdict() for one in page], "next": following, "behind": behind}

    @router.get(
        "/causes", summary="What led to a message, and what it led to, across services", responses=documented(404)
    )
    async def causes(
        event: Annotated[Text | None, Query(description="The id of an event or a command")] = None,
        record_place: Annotated[Place | None, Query(alias="at", examples=["deployments.events/0/17"])] = None,
    ) -> object:
        """Name the message by `event` or by `at`. `beyond` is the id of a cause that is not in the log."""
        if (event is None) == (record_place is None):
            detail = "Name one message: by its id (event), or by its place (at)."
            return problem(BAD_PARAMETER, detail, field="event", remedy="Send ?event=ID or ?at=topic/partition/offset.")
        try:
            async with pool.acquire() as connection:
                message = await (with_id(connection, event) if event is not None else at(connection, str(record_place)))
                return causation.as_json(await causation.of(connection, message))
        except UnknownMessage as fault:
            detail = f"There is no message {str(fault)[:200]!r} in the archive."
            remedy = "Check it with GET /v1/messages; a record can be found a second after it is archived."
            return problem(NOT_FOUND, detail, field="event" if event else "at", remedy=remedy)

    return router
