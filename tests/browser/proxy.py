"""A proxy between a browser and the pages that can misbehave, over plain HTTP/1.1, where six connections are all there
are."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
A_LOGIN_PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nConnection: close\r\n\r\nLogin"
NOTHING = b""
"""The connection is closed without an answer."""


@dataclass
class Proxy:
    """Passes everything on, except where `answers` has another answer for a path."""

    upstream: str
    url: str = ""
    answers: dict[str, bytes] = field(default_factory=dict)
    """By what a path begins with."""
    requested: list[str] = field(default_factory=list)
    """The paths that were requested, in order."""
    open: set[asyncio.StreamWriter] = field(default_factory=set)
    """Connections whose answer is a stream of changes."""

    def times(self, path: str) -> int:
        return sum(one.startswith(path) for one in self.requested)

    def cut(self) -> None:
        """Every stream of changes that is open now ends, without a word."""
        for writer in list(self.open):
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            self.requested.append(path)
            answer = next((content for begin, content in self.answers.items() if path.startswith(begin)), None)
            if answer is None:
                await self._pass_on(head, path, reader, writer)
            else:
                writer.write(answer)
                await writer.drain()
        writer.close()

    async def _pass_on(
        self, head: bytes, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        at = urlsplit(self.upstream)
        back, forth = await asyncio.open_connection(at.hostname, at.port)
        lines = [one for one in head.rstrip().split(b"\r\n") if not one.lower().startswith(b"connection:")]
        forth.write(b"\r\n".join([*lines, b"Connection: close", b"", b""]))
        if is_stream := path.startswith("/v1/changes"):
            self.open.add(writer)
        leaving = asyncio.create_task(_left(reader, forth))
        try:
            while part := await back.read(65_536):
                writer.write(part)
                await writer.drain()
        finally:
            leaving.cancel()
            forth.close()
            if is_stream:
                self.open.discard(writer)


async def _left(reader: asyncio.StreamReader, forth: asyncio.StreamWriter) -> None:
    """When the browser goes, so does what it asked for."""
    with suppress(ConnectionError):
        await reader.read()
    forth.transport.abort()


@asynccontextmanager
async def proxied(upstream: str) -> AsyncIterator[Proxy]:
    """A proxy on a port of its own."""
    proxy = Proxy(upstream)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        proxy.cut()
        server.close()


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that the browser does by itself."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110  (nothing tells of it)
            await asyncio.sleep(0.05)
