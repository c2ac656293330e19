"""The selection of archived records for an operation, and the errors if the archive does not have them."""

from collections.abc import Iterator
from contextlib import contextmanager

from operations.errors import InvalidRequest, OperationError
from services.audit.archive.selection import Selection, TimeRange, UnknownFilterValue, type_named

__all__ = ["Selection", "TimeRange", "archive_errors", "full_types"]


def full_types(names: list[str] | None) -> tuple[str, ...]:
    """Full type names, from full names or their last part.

    Raises:
        InvalidRequest: no type has such a name.
    """
    try:
        return tuple(each for name in names or () for each in type_named(name))
    except UnknownFilterValue as error:
        raise InvalidRequest(str(error)) from error


@contextmanager
def archive_errors() -> Iterator[None]:
    """Raise refusals of the archive as OperationError."""
    try:
        yield
    except UnknownFilterValue as error:
        raise OperationError(str(error)) from error
