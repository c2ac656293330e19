"""Who may read content of the archive over HTTP, and that every such reading is itself on record.

What tells nothing of any record (checkpoints, hashes, proofs, the digests of entries) is for everybody. Content is for
those whom the readers' file names, by the hash of a token; without that file, for this machine alone.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Annotated, Any, Final

import asyncpg
import structlog
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from starlette.datastructures import Headers

from kernel.http.parameters import Name, Whole
from kernel.http.problem_details import problem
from kernel.http.problem_types import UNAUTHORIZED
from kernel.http.proxied import names_this_machine, path_of
from kernel.sql import queries

log = structlog.get_logger()
LOCAL: Final = "local"
"""What a reader on this machine is called where there is no readers' file."""
FORWARDING: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
"""Headers of whoever hands a request on."""
ASKED_MAX: Final = 2_000
_LINE: Final = re.compile(r"(?P<name>[A-Za-z0-9_.@-]{1,100})[ \t]+(?P<digest>[0-9a-f]{64})")
_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="Forcegen archive", charset="UTF-8", Bearer'}


class MalformedReadersFile(Exception):
    """The readers' file has a line that is no reader."""


class ReadingRefused(Exception):
    """Nobody who may read content."""


@dataclass
class ReadersFile:
    """Those whom the file names; it is read again when it changes."""

    file: Path | None
    _named: Mapping[str, str] = field(default_factory=dict)
    _stamp: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self._read()

    def who(self, authorization: str | None) -> str | None:
        """The name of whoever shows a token; None for nobody."""
        self._read_again()
        shown = sha256(_token(authorization or "").encode()).hexdigest()
        names = [name for name, digest in self._named.items() if hmac.compare_digest(digest, shown)]
        return names[0] if names else None

    def _read_again(self) -> None:
        """A file that was broken or taken away meanwhile changes nothing, and is told."""
        try:
            self._read()
        except (OSError, MalformedReadersFile) as fault:
            log.warning("the readers' file cannot be read; those of before may read", fault=type(fault).__name__)

    def _read(self) -> None:
        if self.file is None:
            return
        found = self.file.stat()
        if (stamp := (found.st_mtime_ns, found.st_size)) != self._stamp:
            self._named = named(self.file.read_text(encoding="utf-8"))
            self._stamp = stamp


def named(text: str) -> dict[str, str]:
    """Hashes of tokens by name: a line each, `name hash`; empty ones and those that begin with # are nothing.

    Raises:
        MalformedReadersFile: a line is neither, or a name comes twice.
    """
    found: dict[str, str] = {}
    for nr, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        told = _LINE.fullmatch(line.strip())
        if told is None or told["name"] in found:
            raise MalformedReadersFile(
                f"Line {nr} of the readers' file is not a new name and a SHA-256 in hexadecimal."
            )
        found[told["name"]] = told["digest"]
    return found


def _token(authorization: str) -> str:
    """Of `Bearer TOKEN`; or, as browsers ask, the password of `Basic …`."""
    scheme, _, told = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return told.strip()
    try:
        return base64.b64decode(told, validate=True).decode().partition(":")[2] if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


async def reader(request: Request) -> str:
    """A dependency of every route that gives content: who reads, after that is on record.

    Raises:
        ReadingRefused: nobody who may.
    """
    readers: ReadersFile = request.app.state.readers
    pool: asyncpg.Pool = request.app.state.pool
    client, scope = request.client.host if request.client else None, request.scope
    who = readers.who(request.headers.get("authorization")) if readers.file else local(client, request.headers)
    query = scope["query_string"].decode("latin-1")
    asked = f"{request.method} {path_of(request)}{f'?{query}' if query else ''}"[:ASKED_MAX]
    await pool.execute(_sql()["read"], who, _kept(asked), client and _kept(client), who is not None)
    if who is None:
        raise ReadingRefused
    return who


def local(client: str | None, headers: Headers) -> str | None:
    """The name of whoever asks from this machine; None for nobody.

    The address of the connection does not tell: a browser here can be led to us by a page of somebody else's under that
    one's own name, and a proxy here brings everybody's requests. What a proxy says of its sender is not believed; that
    it says something is.
    """
    handed_on = any(name in headers for name in FORWARDING)
    own_name = all(map(names_this_machine, headers.getlist("host")))
    return LOCAL if client and _is_loopback(client) and own_name and not handed_on else None


def _is_loopback(client: str) -> bool:
    try:
        address = ip_address(client)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None  # where both families are listened to
    return (mapped or address).is_loopback


def _kept(text: str) -> str:
    """Text as Postgres holds it."""
    return text.replace("\0", "").encode("utf-8", "backslashreplace").decode()


Reader = Depends(reader)


def guard(app: FastAPI, pool: asyncpg.Pool, file: Path | None) -> None:
    """Let routes of `app` depend on `reader`, and tell what was read.

    Raises:
        MalformedReadersFile: the readers' file is wrong.
        OSError: it cannot be read.
    """
    app.state.readers, app.state.pool = ReadersFile(file), pool

    @app.exception_handler(ReadingRefused)
    async def refused(_: Request, __: ReadingRefused) -> Response:
        told = "Content of the archive is given to its readers alone."
        remedy = "Send Authorization: Bearer TOKEN; who runs the archive makes one with `forcegen audit token NAME`."
        answer = problem(UNAUTHORIZED, told, field="Authorization", remedy=remedy)
        answer.headers.update(_CHALLENGE)
        return answer

    app.include_router(_readings(pool))


def _readings(pool: asyncpg.Pool) -> APIRouter:
    router = APIRouter(prefix="/v1", dependencies=[Reader])

    @router.get("/readings", summary="Who read content of the archive over HTTP, the newest first")
    async def readings(
        before: Annotated[int, Whole(0, 2**62), Query()] = 2**62,
        reader: Annotated[str | None, Name(100), Query()] = None,
        limit: Annotated[int, Whole(1, 1_000), Query()] = 100,
    ) -> dict[str, Any]:
        """Also those who were refused (`allowed` is false). `next` is the `before` of the next page."""
        found = await newest(pool, limit, before, reader)
        return {"items": found, "next": found[-1]["nr"] if len(found) == limit else None}

    return router


async def newest(
    pool: asyncpg.Pool, limit: int, before: int = 2**62, reader: str | None = None
) -> list[dict[str, Any]]:
    """The last readings."""
    return [dict(row) for row in await pool.fetch(_sql()["readings"], before, reader, limit)]


@cache
def _sql() -> Mapping[str, str]:
    return queries("services.audit.http", "access.sql")
