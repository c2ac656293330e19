"""Where the evidence comes from: an exported directory, a server, or a file that the auditor kept."""

import codecs
import http.client
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from .findings import NotVerified
from .strict_forms import json_in

ReadPath: TypeAlias = Callable[[str], bytes]
"""Returns the content of a path of the log's layout (C2SP tlog-tiles); raises OSError or LookupError if there is none.
"""


def kept_note(file: Path) -> str:
    """The note in a file, as it was served; raises NotVerified if an editor changed it or it cannot be read."""
    content = _content(file)
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotVerified(
            f"{file} begins with a byte order mark: an editor changed it; keep the bytes that were served"
        )
    try:
        return content.decode()
    except UnicodeDecodeError as fault:
        raise NotVerified(f"{file} is no UTF-8: keep the bytes that were served") from fault


def kept_bundle(file: Path) -> Any:  # as for JsonObject
    """The JSON in a file; raises NotVerified if the file cannot be read, is empty, or holds no JSON."""
    try:
        return json_in(_content(file))
    except (ValueError, RecursionError) as fault:
        raise NotVerified(f"{file} holds no JSON: {fault}") from fault


def _content(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except (OSError, ValueError) as fault:
        raise NotVerified(f"{file} cannot be read: {fault}") from fault
    if not content.strip():
        raise NotVerified(f"{file} is empty: there is nothing to compare with")
    return content


class _Staying(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow no redirect: a token is for the server it was given to, not for one that this server names."""


def reader(place: str, token: str | None = None) -> ReadPath:
    """Reads the log's layout in a directory or from a server; content is served to clients with a token."""
    if not place.startswith(("http://", "https://")):
        return lambda path: (Path(place) / path).read_bytes()
    opener = urllib.request.build_opener(_Staying)

    def fetched(path: str) -> bytes:
        request = urllib.request.Request(f"{place.rstrip('/')}/{path}")  # noqa: S310  (http, https)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with opener.open(request, timeout=60) as answer:
                content: bytes = answer.read()
                return content
        except http.client.HTTPException as fault:
            raise OSError(f"{path}: the server does not speak HTTP ({type(fault).__name__})") from fault

    return fetched
