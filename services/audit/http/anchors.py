"""Proves that everything up to a position of every partition is in the signed tree: the basis of a receipt.

No record's content is disclosed: only the place of each partition's last record in the tree, and its proof.
"""

from collections.abc import Sequence
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Query

from kernel.http.places import Place, place
from kernel.http.problem_details import documented, problem
from kernel.http.problem_types import NOT_COVERED_YET
from kernel.store.postgres import Connection, columns
from services.audit.archive.writer import archived
from services.audit.tlog import merkle, tree_store
from services.audit.tlog.checkpoint import Checkpoint
from services.audit.tlog.leaf import entry
from services.audit.tlog.tree_store import sql

Position = tuple[str, int, int]
"""Topic, partition, and the offset before which everything is covered."""
Positions = Annotated[
    list[Place], Query(min_length=1, max_length=1_000, alias="position", examples=["approvals.events/0/17"])
]


async def anchored(connection: Connection, positions: Sequence[Position]) -> dict[str, object] | None:
    """The newest checkpoint, with the last record before each position and its proof; None while one is not yet signed.

    A partition that has not been read yet has no anchor.
    """
    note: str | None = await connection.fetchval(sql()["last_checkpoint"])
    rows = await connection.fetch(sql()["anchors"], *columns(positions, 3))
    size = Checkpoint.parse(note.rpartition("\n\n")[0] + "\n").size if note else 0
    if any((row["archived_until"] or 0) < row["position"] for row in rows):
        return None
    last_records = [row for row in rows if row["leaf"] is not None]
    if note is None or any(row["leaf"] >= size for row in last_records):
        return None
    anchors = []
    for row in last_records:
        proof = await tree_store.hashes(connection, merkle.inclusion(row["leaf"], size))
        place = {"topic": row["topic"], "partition": row["part"], "offset": row["offset"]}
        proven = {"leaf": row["leaf"], "entry": entry(*archived(row)).hex()}
        anchors.append({**place, **proven, "inclusion": [one.hex() for one in proof]})
    return {"checkpoint": note, "anchors": anchors}


def routes(pool: asyncpg.Pool) -> APIRouter:
    """One route; the query API calls it for each receipt."""
    router = APIRouter(prefix="/v1")

    @router.get(
        "/anchors",
        summary="That all before a position of each partition is in the signed tree",
        responses=documented(404, _404="No checkpoint covers all of the positions yet."),
    )
    async def anchors(positions: Positions) -> object:
        """`position` is `topic/partition/offset`; repeat it for each partition. 404 until a checkpoint covers all."""
        requested = [place(one) for one in positions]
        async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            covering = await anchored(connection, requested)
        detail = "No checkpoint covers all of these positions yet."
        return covering or problem(NOT_COVERED_YET, detail, field="position", remedy="Ask again in a second.")

    return router
