"""Why a question is not answered. Which problem each error is over HTTP is said in `http/errors.py` alone.

QueryError             a question that is not answered: why, what is at fault, what to do
├── BadParameter       a parameter cannot be meant: its value, or beside the others
├── MissingParameter   one that is needed was not sent
├── TooManyRows        the answer would be longer than one may be
├── NotFound           there is nothing of this id
├── UnknownName        a parameter names what nobody has recorded
├── NoArchive          a receipt is asked of a process that knows no archive
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
    """A parameter cannot be meant: its value, or beside the others."""


class MissingParameter(QueryError):
    """A parameter that is needed was not sent."""


class TooManyRows(QueryError):
    """The answer would be longer than one may be."""


class NotFound(QueryError):
    """There is nothing of this id."""


class UnknownName(QueryError):
    """A parameter names what nobody has recorded."""


class NoArchive(QueryError):
    """A receipt is asked of a process that knows no archive."""


class NotSignedYet(QueryError):
    """The archive has not signed what a receipt rests on."""
