"""Who may read content of the archive over HTTP; every such reading is itself recorded.

What discloses no record (checkpoints, hashes, proofs, the digests of entries) is open to everybody. Content is open to
the readers in the readers' file, identified by the hash of a token; without that file, to this machine alone.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Annotated, Final

import asyncpg
import structlog
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.security import HTTPBasic, HTTPBearer
from starlette.datastructures import Headers

from contracts.limits import BIGINT_MAX
from kernel.http.page_cursor import numbered
from kernel.http.parameters import LIMIT_DEFAULT, Cursor, Limit, Name
from kernel.http.problem_details import problem
from kernel.http.problem_types import UNAUTHORIZED
from kernel.http.proxied import names_this_machine, path_of
from kernel.sql import queries
from kernel.sql.template import filtered

log = structlog.get_logger()
LOCAL: Final = "local"
"""The name of a reader on this machine if there is no readers' file."""
FORWARDING: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
"""Headers that a proxy adds."""
REQUEST_LENGTH_MAX: Final = 2_000
"""Characters of a request that are recorded."""
_LINE: Final = re.compile(r"(?P<name>[A-Za-z0-9_.@-]{1,100})[ \t]+(?P<digest>[0-9a-f]{64})")
_BEARER: Final = HTTPBearer(auto_error=False)
_BASIC: Final = HTTPBasic(auto_error=False)
_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="Forcegen archive", Bearer'}


class MalformedReadersFile(Exception):
    """The readers' file has a malformed line."""


class ReadingRefused(Exception):
    """The client may not read content."""


@dataclass
class ReadersFile:
    """The readers in the file, which is read again when it changes."""

    file: Path | None
    _named: Mapping[str, str] = field(default_factory=dict)
    _stamp: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self._read()

    def name_of(self, token: str) -> str | None:
        """The name of the reader with this token; None if there is none."""
        self._read_again()
        shown = sha256(token.encode()).hexdigest()
        names = [name for name, digest in self._named.items() if hmac.compare_digest(digest, shown)]
        return names[0] if names else None

    def _read_again(self) -> None:
        """Read the file again; one that has become malformed or was deleted is logged and changes nothing."""
        try:
            self._read()
        except (OSError, MalformedReadersFile) as fault:
            log.warning("the readers' file cannot be read; the earlier readers stay", fault=type(fault).__name__)

    def _read(self) -> None:
        if self.file is None:
            return
        stat = self.file.stat()
        if (stamp := (stat.st_mtime_ns, stat.st_size)) != self._stamp:
            self._named = named(self.file.read_text(encoding="utf-8"))
            self._stamp = stamp


def named(text: str) -> dict[str, str]:
    """Token hashes by reader name, from lines `name hash`; blank lines and lines that begin with # are ignored.

    Raises:
        MalformedReadersFile: a line is neither, or a name occurs twice.
    """
    digests: dict[str, str] = {}
    for nr, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None or match["name"] in digests:
            raise MalformedReadersFile(
                f"Line {nr} of the readers' file is not a new name and a SHA-256 in hexadecimal."
            )
        digests[match["name"]] = match["digest"]
    return digests


async def _token(request: Request) -> str:
    """The token of `Bearer TOKEN`, or the password of `Basic …`, as browsers send it; empty if there is neither."""
    if bearer := await _BEARER(request):
        return bearer.credentials.strip()
    try:
        basic = await _BASIC(request)
    except HTTPException:  # undecodable Basic credentials: refused and recorded like any other
        return ""
    return basic.password if basic else ""


async def reader(request: Request) -> str:
    """The dependency of every route that serves content: the reader's name, once the reading is on record.

    Raises:
        ReadingRefused: the client may not read content.
    """
    readers: ReadersFile = request.app.state.readers
    pool: asyncpg.Pool = request.app.state.pool
    client, scope = request.client.host if request.client else None, request.scope
    who = readers.name_of(await _token(request)) if readers.file else local(client, request.headers)
    query = scope["query_string"].decode("latin-1")
    line = f"{request.method} {path_of(request)}{f'?{query}' if query else ''}"[:REQUEST_LENGTH_MAX]
    await pool.execute(_sql()["read"], who, _storable(line), client and _storable(client), who is not None)
    if who is None:
        raise ReadingRefused
    return who


def local(client: str | None, headers: Headers) -> str | None:
    """The name of a client on this machine; None for every other client.

    The address of the connection is not enough: a page of another site can direct a browser on this machine to this
    service under that site's own name, and a proxy on this machine forwards everybody's requests. What a proxy states
    about its client is not trusted; that it states something is.
    """
    handed_on = any(name in headers for name in FORWARDING)
    own_name = all(map(names_this_machine, headers.getlist("host")))
    return LOCAL if client and _is_loopback(client) and own_name and not handed_on else None


def _is_loopback(client: str) -> bool:
    try:
        address = ip_address(client)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None  # if the server listens to both families
    return (mapped or address).is_loopback


def _storable(text: str) -> str:
    """Text that Postgres can store."""
    return text.replace("\0", "").encode("utf-8", "backslashreplace").decode()


Reader = Depends(reader)


def guard(app: FastAPI, pool: asyncpg.Pool, file: Path | None) -> None:
    """Let routes of `app` depend on `reader`, and add the route that lists the readings.

    Raises:
        MalformedReadersFile: the readers' file is malformed.
        OSError: it cannot be read.
    """
    app.state.readers, app.state.pool = ReadersFile(file), pool

    @app.exception_handler(ReadingRefused)
    async def refused(_: Request, __: ReadingRefused) -> Response:
        detail = "Only readers of the archive may read its content."
        remedy = "Send Authorization: Bearer TOKEN; its operator makes one with `forcegen audit token NAME`."
        answer = problem(UNAUTHORIZED, detail, field="Authorization", remedy=remedy)
        answer.headers.update(_CHALLENGE)
        return answer

    app.include_router(_readings(pool))


def _readings(pool: asyncpg.Pool) -> APIRouter:
    router = APIRouter(prefix="/v1", dependencies=[Reader])

    @router.get("/readings", summary="Who read content of the archive over HTTP, the newest first")
    async def readings(
        reader: Annotated[str | None, Name(100), Query()] = None,
        limit: Annotated[Limit, Query()] = LIMIT_DEFAULT,
        cursor: Annotated[Cursor | None, Query()] = None,
    ) -> dict[str, object]:
        """Also those who were refused (`allowed` is false)."""
        items = await newest(pool, limit, *_READINGS.after(cursor), reader=reader)
        return {"items": items, "next": _READINGS.cursor(str(items[-1]["nr"])) if len(items) == limit else None}

    return router


_READINGS: Final = numbered("readings", BIGINT_MAX)


async def newest(
    pool: asyncpg.Pool, limit: int, before: int = BIGINT_MAX, reader: str | None = None
) -> list[dict[str, object]]:
    """The newest readings."""
    given = {"before": before, "reader": reader, "limit": limit}
    statement = filtered("services.audit.http", "readings", given)
    return [dict(row) for row in await pool.fetch(statement.sql, *statement.values(given))]


@cache
def _sql() -> Mapping[str, str]:
    return queries("services.audit.http", "access.sql")
