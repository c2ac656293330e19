"""Requests to running processes, some at once."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Final, TypeVar
from urllib.parse import urlencode

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Sample:
    """A request that works for whoever may send it."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: str | None = None
    status: int = 200
    holds: str = ""
    """A text of the answer without which it did not work."""


@dataclass(frozen=True)
class Answer:
    """What was answered; of a stream without an end, its beginning."""

    status: int
    media_type: str
    text: str


AT_ONCE: Final = 16


class Requests(ExitStack):
    """Sends requests, on connections that threads keep until the end.

    Nothing keeps cookies: who signs in is nobody in the next request. By the standard library's client: there are
    thousands of requests, and it takes a tenth of another one's time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._of_thread = threading.local()

    def send(self, port: int, method: str, sample: Sample, shown: Mapping[str, str]) -> Answer:
        """The answer of the process at this port; `shown` are the credentials."""
        target = f"{sample.path}?{urlencode(sample.params)}" if sample.params else sample.path
        connection, body = self._connection(port), None if sample.content is None else sample.content.encode()
        try:
            connection.request(method, target, body, {**sample.headers, **shown})
            response = connection.getresponse()
        except (ConnectionError, HTTPException):  # the other side closes what is idle
            connection.close()
            connection.request(method, target, body, {**sample.headers, **shown})
            response = connection.getresponse()
        media_type = response.headers.get("content-type", "")
        if "event-stream" not in media_type:
            return Answer(response.status, media_type, response.read().decode(errors="replace"))
        response.close()
        connection.close()
        return Answer(response.status, media_type, "")

    def together(self, each: Callable[[T], R], them: Sequence[T]) -> list[R]:
        """Run it with each, some at once."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(each, them))

    def _connection(self, port: int) -> HTTPConnection:
        own: dict[int, HTTPConnection] = self._of_thread.__dict__.setdefault("connections", {})
        if port not in own:
            own[port] = HTTPConnection("127.0.0.1", port, timeout=60)
            self.callback(own[port].close)
        return own[port]
