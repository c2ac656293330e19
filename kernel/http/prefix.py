"""The path of a request, and the prefix that a proxy has put before it."""

from fastapi import Request


def path_of(request: Request) -> str:
    """The path of a request without the prefix of a proxy."""
    root, path = root_of(request), request.scope["path"]
    return str(path).removeprefix(root) if root else str(path)


def root_of(request: Request) -> str:
    """The prefix that every link of the service begins with, e.g. `/forcegen`; empty if there is none."""
    return str(request.scope.get("app_root_path", request.scope.get("root_path", "")))
