"""The token that a command shows: FORCEGEN_TOKEN, or that of the system on this machine, to that system alone."""

import os
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from deploy.local.endpoints import Endpoints, read_endpoints
from deploy.local.tokens import read_token

_BY_ORIGIN: Final[dict[str, str]] = {}


def remember(directory: Path) -> Endpoints | None:
    """Show the token of the system that runs from a directory to its own addresses; returns its endpoints."""
    endpoints, token = read_endpoints(directory), read_token(directory)
    if endpoints and token:
        _BY_ORIGIN.update({_origin(url): token for url in endpoints.urls.values()})
    return endpoints


def token_for(url: str) -> str | None:
    """The token for an address; None if no token is known for it."""
    return os.environ.get("FORCEGEN_TOKEN") or _BY_ORIGIN.get(_origin(url))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
