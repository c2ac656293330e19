"""Who sent a request, as the guard of the service has verified it (`kernel/http/guard.py`)."""

from typing import Annotated, Final, TypeAlias

from fastapi import Depends, Request

from kernel.identity.principal import UNAUTHENTICATED, Principal

SCOPE_KEY: Final = "forcegen.principal"
"""Where the guard puts the principal into the scope of a request."""


def principal(request: Request) -> Principal:
    """Who sent the request; nobody, if no guard has looked at it, so an app without one shows no State's rows."""
    verified: Principal = request.scope.get(SCOPE_KEY, UNAUTHENTICATED)
    return verified


def is_operator(request: Request) -> bool:
    """Whether the answer may say in detail how the service is."""
    return "operator" in principal(request).roles


Caller: TypeAlias = Annotated[Principal, Depends(principal)]
"""The principal, as a parameter of a route."""
