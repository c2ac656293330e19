"""The log over HTTP: the files of `layout`, and proofs for whoever wants only one."""

from collections.abc import Callable
from typing import Annotated, Any, Final

import asyncpg
from fastapi import APIRouter, FastAPI, Path, Query, Request, Response

from kernel.http import problem
from kernel.postgres import Connection
from services.audit import layout, merkle, tree
from services.audit.access import Reader
from services.audit.checkpoint import Checkpoint
from services.audit.merkle import Span
from services.audit.tree import sql

BUNDLE: Final = "forcegen.audit.bundle/1"
MAX: Final = 2**62
Size = Annotated[int, Query(ge=1, le=MAX)]
Old = Annotated[int, Query(ge=0, le=MAX)]
Nr = Annotated[int, Path(ge=0, le=MAX)]


async def bundle(
    connection: Connection, topic: str, partition: int, offset: int, since: int = 0
) -> dict[str, Any] | None:
    """The record with all that proves it, offline; None where it is not archived, or not signed yet."""
    row = await connection.fetchrow(sql()["leaf"], topic, partition, offset)
    note: str | None = await connection.fetchval(sql()["last_checkpoint"])
    size = _signed(note).size if note else 0
    if row is None or note is None or row["leaf"] >= size or since > size:
        return None
    return {
        **{"format": BUNDLE, "leaf": row["leaf"], "record": layout.record(row)},
        "inclusion": [one.hex() for one in await tree.hashes(connection, merkle.inclusion(row["leaf"], size))],
        "consistency": [one.hex() for one in await tree.hashes(connection, merkle.consistency(since, size))],
        **{"since": since, "checkpoint": note},
        "handovers": [handover["note"] for handover in await connection.fetch(sql()["handovers"])],
    }


def routes(pool: asyncpg.Pool) -> APIRouter:
    """Proofs, each answered by a few lookups of tiles."""
    router = APIRouter(prefix="/v1")

    @router.get("/proofs/inclusion", summary="That a leaf is in the tree of a size")
    async def inclusion(leaf: Old, size: Size) -> Any:
        """`hashes` lead from the leaf to the root, as RFC 6962 section 2.1.1 orders them."""
        return await _proof(pool, {"leaf": leaf, "size": size}, lambda: merkle.inclusion(leaf, size))

    @router.get("/proofs/consistency", summary="That the tree of a size begins with the tree of an older one")
    async def consistency(old: Old, size: Size) -> Any:
        """`hashes` as RFC 6962 section 2.1.2 orders them."""
        return await _proof(pool, {"old": old, "size": size}, lambda: merkle.consistency(old, size))

    @router.get(
        "/bundles/{topic}/{partition}/{offset}",
        summary="A record with all that proves it, offline",
        dependencies=[Reader],
    )
    async def proven(topic: str, partition: Nr, offset: Nr, since: Old = 0) -> Any:
        """With `since`, the size of a checkpoint that you kept, also that the tree continues that one."""
        async with pool.acquire() as connection:
            found = await bundle(connection, topic, partition, offset, since) if partition < 2**31 else None
        told = "This record is not archived, or no checkpoint covers it yet."
        return found or problem(404, "No such record", told, remedy="Check its place, or ask in a second.")

    return router


def files(app: FastAPI, pool: asyncpg.Pool) -> None:
    """Every path of the layout; what is full never changes and may be kept for ever."""

    content = [Reader]

    @app.get("/checkpoint", summary="The newest checkpoint, signed")
    @app.get("/handovers", summary="Hand-overs from key to key")
    @app.get("/unplaced", dependencies=content, summary="Records in no leaf: none, unless somebody put them there")
    @app.get("/tile/{path:path}", summary="Tiles of hashes and of entries (C2SP tlog-tiles)")
    @app.get("/records/{path:path}", dependencies=content, summary="The records of 256 leaves")
    @app.get("/checkpoints/{path:path}", summary="Every checkpoint that was signed, 256 at a time")
    async def file(request: Request) -> Response:
        path = request.url.path.lstrip("/")
        try:
            async with pool.acquire() as connection:
                content = await layout.read(connection, path)
        except LookupError:
            return problem(
                404, "Not found", f"The log has no {path}.", remedy="Ask for /checkpoint: it tells the size."
            )
        kept = "max-age=31536000, immutable" if path.startswith("tile/") else "no-cache"
        media = "text/plain; charset=utf-8" if path == "checkpoint" else "application/octet-stream"
        return Response(content, media_type=media, headers={"Cache-Control": kept})


async def _proof(
    pool: asyncpg.Pool, asked: dict[str, int], spans: Callable[[], list[Span]]
) -> Response | dict[str, Any]:
    try:
        async with pool.acquire() as connection:
            return {**asked, "hashes": [one.hex() for one in await tree.hashes(connection, spans())]}
    except (merkle.Refuted, LookupError, ValueError) as fault:
        told = str(fault) if isinstance(fault, merkle.Refuted) else "The tree is not that large."
        return problem(404, "No such proof", told, remedy="Ask for a size that /checkpoint has reached.")


def _signed(note: str) -> Checkpoint:
    return Checkpoint.parse(note.rpartition("\n\n")[0] + "\n")
