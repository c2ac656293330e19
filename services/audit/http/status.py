"""How the log stands: its size, what was signed of it last, and whether that still holds."""

from dataclasses import dataclass
from datetime import datetime

from kernel.runtime.health import Health
from kernel.store.postgres import Connection
from services.audit.search import indexer
from services.audit.tlog import alarms, tree_store
from services.audit.tlog.checkpoint import Checkpoint
from services.audit.tlog.tree_store import sql


@dataclass(frozen=True, slots=True)
class LogStatus:
    """Looked at now; the records themselves are hashed again by `forcegen audit verify` alone."""

    size: int
    """Records of the log."""
    checkpoint: str | None
    """The newest, as it was signed; None before the first."""
    origin: str | None
    signed_size: int
    """How many of the records it covers."""
    signed: datetime | None
    continues: bool
    """Whether the tree still begins with what was signed last."""
    unplaced: int
    """Records that are in the archive and in no leaf: none, unless somebody put them there. Counted to 1,000."""
    behind: int
    """Records that cannot be searched for yet."""
    problems: list[str]
    """What does not move here, and why; and what fails at others, such as the witness, by their names."""
    alarms: list[str]
    """Those that stand: nothing is signed until somebody has looked and cleared them."""


async def look(connection: Connection, health: Health) -> LogStatus:
    """On a connection of the caller's, in one snapshot."""
    size: int = await connection.fetchval(sql()["size"])
    unplaced = len(await connection.fetch(sql()["unplaced"]))
    behind: int = await connection.fetchval(indexer.sql()["behind"])
    problems = [*health.problems(), *health.remarked()]
    open_alarms = [str(one) for one in await alarms.standing(connection)]
    last = await connection.fetchrow(sql()["last_signed"])
    if last is None:
        return LogStatus(size, None, None, 0, None, True, unplaced, behind, problems, open_alarms)
    signed = Checkpoint.parse(last["note"].rpartition("\n\n")[0] + "\n")
    try:
        continues = signed.size <= size and await tree_store.hashes(connection, [(0, signed.size)]) == [signed.root]
    except (KeyError, ValueError):  # a tile is missing, or too short
        continues = False
    checkpoint_fields = (last["note"], signed.origin, signed.size, last["signed"])
    return LogStatus(size, *checkpoint_fields, continues, unplaced, behind, problems, open_alarms)
