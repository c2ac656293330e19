"""Which archived records an operation takes, and what is said where the archive does not have them."""

from collections.abc import Iterator
from contextlib import contextmanager

from operations.errors import InvalidRequest, OperationError
from services.audit.archive.selection import Selection, TimeRange, UnknownFilterValue, type_named

__all__ = ["Selection", "TimeRange", "archive_errors", "full_types"]


def full_types(names: list[str] | None) -> tuple[str, ...]:
    """Types in full, of names in full or their last part.

    Raises:
        InvalidRequest: no type has such a name.
    """
    try:
        return tuple(each for name in names or () for each in type_named(name))
    except UnknownFilterValue as error:
        raise InvalidRequest(str(error)) from error


@contextmanager
def archive_errors() -> Iterator[None]:
    """What the archive refuses, as an OperationError."""
    try:
        yield
    except UnknownFilterValue as error:
        raise OperationError(str(error)) from error
