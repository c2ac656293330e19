"""The address that somebody may have meant who has requested one that there is not."""

from fastapi import Request
from fastapi.routing import iter_route_contexts

from kernel.http.prefix import path_of
from kernel.nearest import did_you_mean


def suggesting(request: Request, remedy: str) -> str:
    """The remedy, with the nearest address of the service before it if there is one.

    Addresses with as many parts as the one that is requested count; where one names a thing, the part is kept.
    """
    wanted = path_of(request)
    parts, near = wanted.split("/"), set[str]()
    for route in iter_route_contexts(request.app.routes):
        named = (route.path or "").split("/")
        if len(named) == len(parts):
            near.add("/".join(part if "{" in name else name for name, part in zip(named, parts, strict=True)))
    return did_you_mean(wanted, sorted(near), remedy)
