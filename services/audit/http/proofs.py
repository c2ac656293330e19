"""The log over HTTP: its static files (`static_files`), and single proofs."""

from collections.abc import Callable
from typing import Annotated, Final

import asyncpg
from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse

from contracts.json_object import JsonObject
from kernel.http import caching
from kernel.http.parameters import Whole
from kernel.http.places import Offset, Partition, Topic
from kernel.http.problem_details import documented, problem
from kernel.http.problem_types import NOT_FOUND
from kernel.store.postgres import Connection
from services.audit.archive import static_files
from services.audit.http.access import Reader
from services.audit.search import evidence, indexer
from services.audit.search.indexer import IndexedMessage
from services.audit.tlog import merkle, tree_store
from services.audit.tlog.checkpoint import Checkpoint
from services.audit.tlog.merkle import Span
from services.audit.tlog.tree_store import sql

BUNDLE: Final = "forcegen.audit.bundle/1"
MAX: Final = 2**62
Size = Annotated[int, Whole(1, MAX), Query(description="Leaves of the tree, as a checkpoint gives them")]
Old = Annotated[int, Whole(0, MAX), Query(description="Leaves of the tree whose checkpoint you kept; 0 for none")]
Leaf = Annotated[int, Whole(0, MAX), Query(description="The number of a leaf, from 0")]


async def bundle(connection: Connection, topic: str, partition: int, offset: int, since: int = 0) -> JsonObject | None:
    """The record with everything that proves it, offline; None if it is not archived, or not signed yet.

    Of a signed command, `register` is the signed note by which its producer's key can be known.
    """
    row = await connection.fetchrow(sql()["leaf"], topic, partition, offset)
    note: str | None = await connection.fetchval(sql()["last_checkpoint"])
    size = _signed(note).size if note else 0
    if row is None or note is None or row["leaf"] >= size or since > size:
        return None
    return {
        **{"format": BUNDLE, "leaf": row["leaf"], "record": static_files.record(row)},
        "inclusion": [one.hex() for one in await tree_store.hashes(connection, merkle.inclusion(row["leaf"], size))],
        "consistency": [one.hex() for one in await tree_store.hashes(connection, merkle.consistency(since, size))],
        **{"since": since, "checkpoint": note},
        "handovers": [handover["note"] for handover in await connection.fetch(sql()["handovers"])],
        **await _register(connection, row),
    }


async def _register(connection: Connection, row: asyncpg.Record) -> JsonObject:
    """The register of producers for a command's record, once its outcome can be found."""
    indexed = await connection.fetchrow(indexer.sql()["at"], row["topic"], row["part"], row["offset"])
    proof = None if indexed is None else await evidence.of_command(connection, IndexedMessage(*indexed), row)
    return {"register": proof.register.note} if proof is not None and proof.is_signed and proof.register else {}


def routes(pool: asyncpg.Pool) -> APIRouter:
    """Proofs, each served by a few lookups of tiles."""
    router = APIRouter(prefix="/v1")

    @router.get("/proofs/inclusion", summary="That a leaf is in the tree of a size", responses=documented(404))
    async def inclusion(leaf: Leaf, size: Size) -> object:
        """`hashes` lead from the leaf to the root, as RFC 6962 section 2.1.1 orders them."""
        return await _proof(pool, {"leaf": leaf, "size": size}, lambda: merkle.inclusion(leaf, size))

    @router.get(
        "/proofs/consistency",
        summary="That the tree of a size begins with the tree of an older one",
        responses=documented(404),
    )
    async def consistency(old: Old, size: Size) -> object:
        """`hashes` as RFC 6962 section 2.1.2 orders them."""
        return await _proof(pool, {"old": old, "size": size}, lambda: merkle.consistency(old, size))

    @router.get(
        "/bundles/{topic}/{partition}/{offset}",
        summary="A record with all that proves it, offline",
        dependencies=[Reader],
        responses=documented(404),
    )
    async def proven(
        topic: Annotated[Topic, Path()],
        partition: Annotated[Partition, Path()],
        offset: Annotated[Offset, Path()],
        old: Old = 0,
    ) -> object:
        """With `old`, the size of a checkpoint that you kept, also that the tree continues that one."""
        async with pool.acquire() as connection:
            content = await bundle(connection, topic, partition, offset, old)
        detail = "This record is not archived, or no checkpoint covers it yet."
        return content or problem(NOT_FOUND, detail, remedy="Check its place, or ask in a second.")

    return router


TILE: Final = "`<level>/<N>`, with `.p/<W>` for the first W of it; N as tlog-tiles writes it"
RECORDS: Final = "`<N>`, or `<N>.p/<W>`, as of a tile of entries"


class Octets(Response):
    """Bytes of the log."""

    media_type = "application/octet-stream"


_OCTETS: Final = "application/octet-stream"
_ABSENT: Final = documented(404, _404="The log has no such file (yet).")


def files(app: FastAPI, pool: asyncpg.Pool) -> None:
    """Every path of the layout; a tile that is signed never changes and may be cached for ever."""
    _files_of_records(app, pool)
    _open_files(app, pool)


def _open_files(app: FastAPI, pool: asyncpg.Pool) -> None:
    """Serve the files that disclose no record: checkpoints, hand-overs and tiles of hashes."""

    @app.get(
        "/checkpoint", summary="The newest checkpoint, signed", responses=_ABSENT, response_class=PlainTextResponse
    )
    async def checkpoint(request: Request) -> Response:
        return await _file(request, pool, "checkpoint", "text/plain; charset=utf-8")

    @app.get("/handovers", summary="Hand-overs from key to key", response_class=Octets)
    async def handovers(request: Request) -> Response:
        return await _file(request, pool, "handovers", _OCTETS)

    @app.get(
        "/tile/{path:path}",
        response_class=Octets,
        summary="Tiles of hashes (C2SP tlog-tiles)",
        responses=_ABSENT,
    )
    async def tile(request: Request, path: Annotated[str, Path(description=TILE, examples=["0/x001/234"])]) -> Response:
        """There is one path for each tile, and only what the log has in full is there."""
        if path.startswith("entries/"):
            return _absent(path)
        return await _file(request, pool, f"tile/{path}", _OCTETS)

    @app.get(
        "/checkpoints/{path:path}",
        response_class=Octets,
        summary="Every checkpoint that was signed, 256 at a time",
        responses=_ABSENT,
    )
    async def checkpoints(
        request: Request, path: Annotated[str, Path(description="The page, from 0", examples=["0"])]
    ) -> Response:
        """Notes as a JSON list, as they were signed."""
        return await _file(request, pool, f"checkpoints/{path}", _OCTETS)


def _files_of_records(app: FastAPI, pool: asyncpg.Pool) -> None:
    """Serve content, and the digests of it, to auditors alone."""

    @app.get(
        "/tile/entries/{path:path}",
        response_class=Octets,
        summary="Tiles of entries: digests of records (C2SP tlog-tiles)",
        responses=_ABSENT,
    )
    async def entries(
        request: Request, path: Annotated[str, Path(description=RECORDS, examples=["x001/234"])]
    ) -> Response:
        """The digests confirm guesses at small values, so they are for auditors; the hashes of leaves are not."""
        return await _file(request, pool, f"tile/entries/{path}", _OCTETS)

    @app.get(
        "/unplaced",
        response_class=Octets,
        dependencies=[Reader],
        summary="Records in no leaf: none, unless somebody inserted them",
    )
    async def unplaced(request: Request) -> Response:
        return await _file(request, pool, "unplaced", _OCTETS)

    @app.get(
        "/records/{path:path}",
        response_class=Octets,
        dependencies=[Reader],
        summary="The records of 256 leaves",
        responses=_ABSENT,
    )
    async def records(
        request: Request, path: Annotated[str, Path(description=RECORDS, examples=["x001/234"])]
    ) -> Response:
        """A JSON object a line; a record that is missing was deleted, which the verifier reports."""
        return await _file(request, pool, f"records/{path}", _OCTETS)


async def _file(request: Request, pool: asyncpg.Pool, path: str, media: str) -> Response:
    if b"%" in request.scope.get("raw_path", b""):  # another spelling of the same path, or an encoded line end
        return _absent(path)
    try:
        async with pool.acquire() as connection:
            content = await static_files.read(connection, path)
            control = await _may_be_kept(connection, path)
    except LookupError:
        return _absent(path)
    return Response(content, media_type=media, headers={"Cache-Control": control})


async def _may_be_kept(connection: Connection, path: str) -> str:
    """Content is not cached, as each reading is recorded; entries are not in shared caches: digests confirm guesses."""
    if path.startswith(("records/", "unplaced")):
        return caching.NOT_AT_ALL
    if not path.startswith("tile/"):
        return caching.REVALIDATED
    own = path.startswith("tile/entries/")
    if await _is_signed(connection, path):
        return caching.OWN_FOR_EVER if own else caching.FOR_EVER
    return caching.OWN_REVALIDATED if own else caching.REVALIDATED


async def _is_signed(connection: Connection, path: str) -> bool:
    """Whether a checkpoint covers the whole tile: until then, a server restored from a backup may serve another one."""
    tile_path, note = static_files.tile_of(path), await connection.fetchval(sql()["last_checkpoint"])
    return tile_path is not None and note is not None and tile_path.leaves[1] <= _signed(note).size


def _absent(path: str) -> Response:
    detail, remedy = f"The log has no {path[:200]}.", "Ask for /checkpoint: it has the size."
    return problem(NOT_FOUND, detail, remedy=remedy)


async def _proof(
    pool: asyncpg.Pool, parameters: dict[str, int], spans: Callable[[], list[Span]]
) -> Response | JsonObject:
    try:
        async with pool.acquire() as connection:
            return {**parameters, "hashes": [one.hex() for one in await tree_store.hashes(connection, spans())]}
    except (merkle.Refuted, LookupError, ValueError) as fault:
        detail = str(fault) if isinstance(fault, merkle.Refuted) else "The tree is not that large."
        return problem(NOT_FOUND, detail, remedy="Ask for a size that /checkpoint has reached.")


def _signed(note: str) -> Checkpoint:
    return Checkpoint.parse(note.rpartition("\n\n")[0] + "\n")
