"""What goes wrong for a caller, as RFC 9457 problem details: what, where, and what to do about it."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that cannot be answered as it stands."""

    def __init__(self, status: int, title: str, detail: str, *, field: str | None = None, remedy: str | None = None):
        super().__init__(detail)
        self.status = status
        self.title = title
        self.field = field
        self.remedy = remedy


EXAMPLE = {
    "type": "urn:forcegen:problem:bad-parameter",
    "title": "Bad parameter",
    "status": 400,
    "detail": "Input should be a valid date or datetime, input is too short",
    "field": "as_of",
    "remedy": "Send as_of in the form that the documentation shows.",
}
_TEXT = {"type": ["string", "null"]}
SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "field", "remedy"],
    "properties": {
        **{"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}},
        **{"detail": {"type": "string"}, "field": _TEXT, "remedy": _TEXT},
    },
}
"""RFC 9457, with the parameter at fault and what to do about it."""


def _told(description: str, status: int) -> dict[str, Any]:
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": SCHEMA, "example": EXAMPLE | {"status": status}}},
    }


RESPONSES: dict[int | str, dict[str, Any]] = {
    400: _told("A parameter is unknown, is missing, or has a wrong form.", 400),
    404: _told("There is no such thing, or none of the name that a parameter gives.", 404),
    "4XX": _told("What else cannot be answered.", 405),
}


def answer_problems(app: FastAPI, as_page: Callable[[Request, Problem], Response | None]) -> None:
    """Let every error of `app` leave as problem details, or as the page that `as_page` makes of it for a reader."""

    def answer(request: Request, problem: Problem) -> Response:
        return as_page(request, problem) or _response(problem)

    @app.exception_handler(Problem)
    async def told(request: Request, problem: Problem) -> Response:
        return answer(request, problem)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return answer(request, _of_validation(error))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        title = {404: "Not found", 405: "Not allowed"}.get(error.status_code, "Not answered")
        remedy = "See /docs for what there is."
        return answer(request, Problem(error.status_code, title, str(error.detail), remedy=remedy))


def _of_validation(error: RequestValidationError) -> Problem:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or None
    if first["type"] == "extra_forbidden":
        return unknown(str(field))
    if first["type"] == "missing":
        return Problem(400, "Missing parameter", f"{field} is required.", field=field, remedy=f"Send {field}.")
    remedy = f"Send {field} in the form that the documentation shows."
    return Problem(400, "Bad parameter", str(first["msg"]), field=field, remedy=remedy)


def unknown(field: str) -> Problem:
    """A filter that would be ignored would give a wrong number: so it is refused."""
    remedy = "Leave it out, or see /docs for the parameters that are understood here."
    return Problem(400, "Unknown parameter", f"There is no parameter {field} here.", field=field, remedy=remedy)


def _response(problem: Problem) -> JSONResponse:
    body = {
        "type": f"urn:forcegen:problem:{problem.title.lower().replace(' ', '-')}",
        "title": problem.title,
        "status": problem.status,
        "detail": str(problem),
        "field": problem.field,
        "remedy": problem.remedy,
    }
    return JSONResponse(body, problem.status, media_type=MEDIA_TYPE)
