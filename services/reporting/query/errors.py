"""Reasons for which a question is not answered. `http/errors.py` alone maps each error to its HTTP problem.

QueryError             a question that is not answered: why, what is at fault, what to do
├── BadParameter       a parameter is invalid, by itself or in combination with others
├── MissingParameter   a required parameter was not sent
├── TooManyRows        the answer would exceed the size limit
├── NotFound           nothing has this id
├── UnknownName        a parameter names something that is not on record
├── NoArchive          a receipt is requested of a process without an archive
└── NotSignedYet       the archive has not signed what a receipt rests on
"""


class QueryError(Exception):
    """A question that is not answered."""

    def __init__(self, detail: str, *, field: str | None = None, remedy: str | None = None) -> None:
        """`field` is the parameter at fault; `remedy` is what to do about it."""
        super().__init__(detail)
        self.field = field
        self.remedy = remedy


class BadParameter(QueryError):
    """A parameter is invalid, by itself or in combination with others."""


class MissingParameter(QueryError):
    """A required parameter was not sent."""


class TooManyRows(QueryError):
    """The answer would exceed the size limit."""


class NotFound(QueryError):
    """Nothing has this id."""


class UnknownName(QueryError):
    """A parameter names something that is not on record."""


class NoArchive(QueryError):
    """A receipt is requested of a process without an archive."""


class NotSignedYet(QueryError):
    """The archive has not signed what a receipt rests on."""
