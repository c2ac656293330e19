"""Errors of operations: the reason in one line for the operator, with the remedy in it.

OperationError
└── InvalidRequest      the request contradicts itself or names something that does not exist
"""


class OperationError(Exception):
    """The operation failed; what it has done so far stays valid, and it may be run again."""


class InvalidRequest(OperationError):
    """The request itself is wrong; nothing was started."""
