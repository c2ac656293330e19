"""Maps errors of the query layer to HTTP problems."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI, Request, Response

from kernel.http import problem_details, problem_types
from kernel.http.problem_details import AsPage, Problem, documented
from kernel.http.problem_types import ProblemType
from services.reporting.query import errors
from services.reporting.query.errors import QueryError
from services.reporting.query.values import Responses

RESPONSES: Final[Responses] = {**documented(400, 404, 405, 503)}
TYPES: Final[Mapping[type[QueryError], ProblemType]] = {
    errors.BadParameter: problem_types.BAD_PARAMETER,
    errors.MissingParameter: problem_types.MISSING_PARAMETER,
    errors.TooManyRows: problem_types.TOO_MANY_ROWS,
    errors.NotFound: problem_types.NOT_FOUND,
    errors.UnknownName: problem_types.UNKNOWN_NAME,
    errors.NoArchive: problem_types.NO_RECEIPT_HERE,
    errors.NotSignedYet: problem_types.NO_RECEIPT_YET,
}


def problem_of(error: QueryError) -> Problem:
    """The problem for an error of the query layer."""
    return Problem(TYPES[type(error)], str(error), field=error.field, remedy=error.remedy)


def answer_query_errors(app: FastAPI, as_page: AsPage) -> None:
    """Answer these errors as problems of `app`, or as the page that `as_page` makes of a problem."""

    @app.exception_handler(QueryError)
    async def answer(request: Request, error: QueryError) -> Response:
        problem = problem_of(error)
        return as_page(request, problem) or problem_details.response(problem)
