"""The stream of changes of the query API, as server-sent events (WHATWG HTML, section 9.2)."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

import httpx
from httpx_sse import ServerSentEvent, connect_sse

from cli.connect.http import bearer
from cli.output.errors import CommandError

__all__ = ["DISCONNECTED", "ServerSentEvent", "events"]

SILENCE_S: Final = 60.0
"""The API sends four keep-alives in that time."""
DISCONNECTED: Final = httpx.HTTPError


def events(address: str, views: Sequence[str], seen: int | None) -> Iterator[ServerSentEvent]:
    """The changes of these views (none: of all), behind the change number `seen`; ends when the connection does.

    Raises:
        CommandError: the API refuses.
        DISCONNECTED: there is no connection, or it broke.
    """
    headers = bearer(address) | ({} if seen is None else {"Last-Event-ID": str(seen)})
    with (
        httpx.Client(timeout=SILENCE_S, trust_env=False) as http,
        connect_sse(http, "GET", address, params=[("views", view) for view in views], headers=headers) as source,
    ):
        if source.response.is_error:
            problem = json.loads(source.response.read())
            raise CommandError(f"{address} answered {problem['status']}: {problem['detail']} {problem['remedy']}")
        yield from source.iter_sse()
