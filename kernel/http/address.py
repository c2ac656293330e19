"""Checks the address of a request as a whole: it is unambiguous, or it is refused with the parameter at fault.

Frameworks are lenient: undecodable bytes become replacement characters, the last of two values wins, undeclared
parameters are ignored. Each of these would answer a question that the request did not pose.
"""

from collections.abc import Collection, Iterable
from types import UnionType
from typing import Annotated, Final, Union, get_args, get_origin
from urllib.parse import unquote_to_bytes
from weakref import WeakKeyDictionary

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from kernel.http.parameters import Identity
from kernel.http.problem_details import Problem
from kernel.http.problem_types import BAD_PARAMETER, UNKNOWN_PARAMETER
from kernel.http.values import Bad, name, shown
from kernel.nearest import did_you_mean


async def strict(request: Request) -> None:
    """A dependency of every route: raises `Problem` unless the address has exactly one meaning.

    Every parameter must be text that can be read and can be on record. If the parameters are in the route's signature
    (they are not for a page, which reads its own form), they must also be those that it declares.
    """
    own = taken(request.scope["route"])
    check_path(request)
    check_query(request.scope["query_string"], own, identities(request.scope["route"]))


def check_path(request: Request) -> None:
    """Raises `Problem` for a path that is not text, before any other code decodes it leniently."""
    for field, text in request.path_params.items():
        try:
            _readable(str(text))
        except Bad as fault:
            raise bad(field, fault) from fault
    try:
        unquote_to_bytes(request.scope.get("raw_path") or b"").decode()
    except UnicodeDecodeError as fault:
        field = next((n for n, text in request.path_params.items() if "\N{REPLACEMENT CHARACTER}" in str(text)), "path")
        raise bad(field, Bad(*_NOT_UTF8)) from fault


def check_query(query: bytes, own: dict[str, bool] | None, free: Collection[str] = ()) -> None:
    """Raises `Problem` for the first parameter that is not text, unknown, empty, or repeated without leave.

    `own` maps each parameter's name to whether it may be repeated; None if they are not known. `free` are parameters
    whose text need not be a name; only their own kind checks them.
    """
    names: set[str] = set()
    for pair in filter(None, query.split(b"&")):
        field, text = (_decoded(part) for part in (pair + b"=").split(b"=", 2)[:2])
        if field is None:
            raise Problem(BAD_PARAMETER, _NOT_UTF8[0], field="query", remedy=_NOT_UTF8[1])
        known = own is None or field in own
        if not known:
            understood = f"These are understood: {', '.join(own or ())}." if own else "None is understood here."
            understood = did_you_mean(field, own or (), understood)
            reason, label = (
                f"There is no parameter {shown(field)} here.",
                field if field.isprintable() else ascii(field),
            )
            raise Problem(UNKNOWN_PARAMETER, reason, field=label, remedy=understood)
        if text is None:
            raise bad(field, Bad(*_NOT_UTF8))
        if own is not None and not text:
            raise bad(field, Bad("It is empty.", f"Give {field} a value, or leave it out."))
        if own is not None and field in names and not own[field]:
            raise bad(field, Bad("It is there more than once.", f"Send {field} once."))
        try:
            _readable("" if field in free else text)
        except Bad as fault:
            raise bad(field, fault) from fault
        names.add(field)


def bad(field: str, fault: Bad) -> Problem:
    """The problem of a parameter with a bad value."""
    return Problem(BAD_PARAMETER, f"{field}: {fault}", field=field, remedy=fault.remedy)


_NOT_UTF8: Final = ("Its bytes are not UTF-8.", "Write it in UTF-8, and then with % for each byte (RFC 3986).")


def _readable(text: str) -> None:
    if text:
        name(text, bytes_max=1 << 30)


def _decoded(part: bytes) -> str | None:
    try:
        return unquote_to_bytes(part.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return None


def taken(route: object) -> dict[str, bool] | None:
    """The parameters of a route's address by name, and whether each may be repeated.

    None if it declares none because it reads them itself: a page, which the OpenAPI document leaves out.
    """
    if not isinstance(route, APIRoute) or not route.include_in_schema:
        return None
    if (names := _TAKEN.get(route.endpoint)) is None:
        names = _TAKEN[route.endpoint] = dict(_query_parameters(route.dependant))
    return names


_TAKEN: Final[WeakKeyDictionary[object, dict[str, bool]]] = WeakKeyDictionary()


def identities(route: object) -> frozenset[str]:
    """The parameters of a route that take a command's identity as it was sent, even if it is not a valid name."""
    if not isinstance(route, APIRoute):
        return frozenset()
    query = route.dependant.query_params
    return frozenset(one.alias for one in query if any(isinstance(m, Identity) for m in one.field_info.metadata))


def _query_parameters(dependant: Dependant) -> Iterable[tuple[str, bool]]:
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from ((one.alias or name, _is_list(one.annotation)) for name, one in kind.model_fields.items())
        else:
            yield field.alias, _is_list(kind)
    for inner in dependant.dependencies:
        yield from _query_parameters(inner)


def _is_list(annotation: object) -> bool:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _is_list(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return any(_is_list(one) for one in get_args(annotation))
    return annotation in (list, tuple, set) or origin in (list, tuple, set)
