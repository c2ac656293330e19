"""Errors as RFC 9457 problem details: what is wrong, where, and what to do about it.

Every service answers all its errors here, those of the framework too: no route answers an error in another form.
"""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Final, TypeAlias

import asyncpg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match

from contracts.fault_text import fault_text
from contracts.json_object import JsonObject
from kernel.http.caching import NOT_AT_ALL
from kernel.http.near_address import suggesting
from kernel.http.problem_types import (
    BAD_PARAMETER,
    BODY_CUT_OFF,
    FAULT_OF_THE_SERVICE,
    MISSING_PARAMETER,
    NOT_ALLOWED,
    NOT_ANSWERED,
    NOT_FOUND,
    TOOK_TOO_LONG,
    UNAVAILABLE,
    UNKNOWN_PARAMETER,
    ProblemType,
)
from kernel.nearest import did_you_mean
from kernel.runtime import faults
from kernel.runtime.faults import where

log = structlog.get_logger()
MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 1
"""`Retry-After`, if nothing better is known."""
AsPage: TypeAlias = Callable[[Request, "Problem"], Response | None]
"""Makes a page of a problem for a human reader; None if the client is a program."""
_QUOTED: Final = re.compile(r"'([^']*)'")
"""The words of a choice, as pydantic quotes them."""
_BEHIND: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""Faults of the servers behind the routes. They are answered before the HTTP server sees them; others reach it too."""


class Problem(Exception):
    """A request that cannot be answered as it stands."""

    def __init__(
        self,
        type_: ProblemType,
        detail: str,
        *,
        status: int | None = None,
        field: str | None = None,
        remedy: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`status` defaults to that of the type."""
        super().__init__(detail)
        self.type = type_
        self.status = status or type_.status
        self.field = field
        self.remedy = remedy
        self.headers = headers


class ProblemDetails(BaseModel):
    """RFC 9457, with the parameter at fault and what to do about it."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={
            "example": {
                "type": "urn:forcegen:problem:bad-parameter",
                "title": "Bad parameter",
                "status": 400,
                "detail": "20220630 is not a day.",
                "field": "as_of",
                "remedy": "Send a day as YYYY-MM-DD, from 1900-01-01 to 2199-12-31.",
            }
        },
    )
    type: str
    """The kind of problem (docs/reference/problems.md says what each means)."""
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    """What was wrong with this request."""
    field: str | None
    """The parameter, header or part of the body that is at fault."""
    remedy: str | None
    """What to do about it."""


def documented(*statuses: int, **described: str) -> dict[int | str, JsonObject]:
    """`responses` of a route for OpenAPI: each status with its schema; `described` replaces a description (`_404=`)."""
    descriptions = {
        status: described.get(f"_{status}") or _WORDS.get(status, HTTPStatus(status).phrase) for status in statuses
    }
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {s: {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}} for s, text in descriptions.items()}


_WORDS: Final = {
    400: "A parameter is unknown, is missing, comes twice or has a wrong form; `field` names it.",
    401: "The request shows no valid token.",
    403: "The token has neither the role nor the States that the route needs.",
    404: "There is no such thing, or none of the name that a parameter gives.",
    405: "Not with this method; `Allow` names those there are.",
    413: "More than the service can take at once, now or later.",
    503: "The service cannot answer now. `Retry-After` says when to try again.",
}


def problem(type_: ProblemType, detail: str, *, field: str | None = None, remedy: str | None = None) -> Response:
    """An error as RFC 9457 problem details, with the field at fault and the remedy."""
    return response(Problem(type_, detail, field=field, remedy=remedy))


def response(problem: Problem) -> Response:
    """The problem as a response."""
    body = {
        "type": problem.type.uri,
        "title": problem.type.title,
        "status": problem.status,
        "detail": str(problem),
        "field": problem.field,
        "remedy": problem.remedy,
    }
    headers = {"Cache-Control": NOT_AT_ALL, **(problem.headers or {})}
    return JSONResponse(_sendable(body), problem.status, headers, media_type=MEDIA_TYPE)


def _sendable(body: Mapping[str, object]) -> dict[str, object]:
    """Escape what a caller sent, which may contain characters that cannot be encoded."""
    shown = {n: v.encode("utf-8", "backslashreplace").decode() for n, v in body.items() if isinstance(v, str)}
    return {**body, **shown}


def answer_problems(app: FastAPI, as_page: AsPage = lambda *_: None) -> None:
    """Make `app` answer every error with problem details, or with the page that `as_page` makes of it."""

    def answer(request: Request, problem: Problem) -> Response:
        return as_page(request, problem) or response(problem)

    @app.exception_handler(Problem)
    async def problem_of_ours(request: Request, problem: Problem) -> Response:
        return answer(request, problem)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return answer(request, of_validation(error.errors()[0]))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        return answer(request, _of_framework(request, error))

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> Response:
        return response(Problem(BODY_CUT_OFF, "The connection ended before the body did.", field="body"))

    async def failed(request: Request, fault: Exception) -> Response:
        return answer(request, of_fault(fault))

    for family in (*_BEHIND, Exception):
        app.add_exception_handler(family, failed)


def of_validation(error: ErrorDetails) -> Problem:
    """The problem for the first error that pydantic reports in a parameter; kinds of `parameters` supply the remedy."""
    place = error["loc"][1:] or error["loc"]
    if error["loc"][0] == "query":  # the index of a repeated value is not part of its name
        place = tuple(part for part in place if isinstance(part, str))
    field = ".".join(map(str, place)) or None
    if error["type"] == "extra_forbidden":
        return unknown(str(field))
    if error["type"] == "missing":
        return Problem(MISSING_PARAMETER, f"{field} is required.", field=field, remedy=f"Send {field}.")
    remedy = error.get("ctx", {}).get("remedy") or f"Send {field} in the form that /docs shows."
    if error["type"] in ("literal_error", "enum") and isinstance(given := error["input"], str):
        remedy = did_you_mean(given, _QUOTED.findall(error.get("ctx", {}).get("expected", "")), remedy)
    return Problem(BAD_PARAMETER, f"{field}: {fault_text(error)}", field=field, remedy=remedy)


def unknown(field: str) -> Problem:
    """The refusal of an unknown parameter: to ignore it would give a wrong answer."""
    remedy = "Leave it out, or see /docs for the parameters that are understood here."
    return Problem(UNKNOWN_PARAMETER, f"There is no parameter {field} here.", field=field, remedy=remedy)


def _of_framework(request: Request, error: HTTPException) -> Problem:
    """The problem for an unknown route, method or file."""
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = allowed_methods(request) or (error.headers or {}).get("Allow", "GET, HEAD")
        remedy, method = f"Use one of {allowed}.", request.scope.get("forcegen.method", request.method)
        detail = f"{method} is not a method of {request.url.path}."
        return Problem(NOT_ALLOWED, detail, remedy=remedy, headers={**(error.headers or {}), "Allow": allowed})
    if not request.scope["path"].isprintable():
        detail, remedy = "path: It holds a character that is none of text.", "Send letters, digits and signs."
        return Problem(BAD_PARAMETER, detail, field="path", remedy=remedy)
    type_ = NOT_FOUND if error.status_code == HTTPStatus.NOT_FOUND else NOT_ANSWERED
    remedy = "See /docs for what there is."
    if type_ is NOT_FOUND:
        remedy = suggesting(request, remedy)
    return Problem(type_, str(error.detail), status=error.status_code, remedy=remedy, headers=error.headers)


def allowed_methods(request: Request) -> str:
    """The methods of every route that has the path: GET implies HEAD (`web`)."""
    methods: set[str] = set()
    for context in request.app.routes:
        match, _ = context.matches({**request.scope, "method": "-"})
        if match == Match.PARTIAL:
            methods |= _methods(context, request)
    methods |= {"HEAD"} if "GET" in methods else set()
    return ", ".join(sorted(methods))


def _methods(route: BaseRoute, request: Request) -> set[str]:
    return {
        method
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
        if route.matches({**request.scope, "method": method})[0] == Match.FULL
    }


def of_fault(fault: Exception) -> Problem:
    """The problem for a fault behind the routes. An unreachable server is transient; other faults would recur."""
    log.error("a request failed", fault=faults.kind(fault), where=where(fault))
    if isinstance(fault, asyncpg.QueryCanceledError):
        detail = "This took longer than one question may take."
        return Problem(TOOK_TOO_LONG, detail, remedy="Ask for less: a shorter period, one State, or a page.")
    if faults.is_passing(fault):
        detail = "A server that this needs does not answer. Whether a command was recorded is not known."
        remedy = "Send it again in a moment, a command under the same id: it is decided once."
        return Problem(UNAVAILABLE, detail, remedy=remedy, headers={"Retry-After": str(RETRY_AFTER_S)})
    detail = "This is a fault of the service. It is in its log, and the same request will most likely meet it again."
    remedy = "Tell who runs the service, with the time and the address. Do not send it again unchanged."
    return Problem(FAULT_OF_THE_SERVICE, detail, remedy=remedy)
