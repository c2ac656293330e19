"""The status of the log: its size, its last checkpoint, and whether the tree still continues that checkpoint."""

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
    """The current status; only `forcegen audit verify` hashes the records themselves again."""

    size: int
    """The number of records in the log."""
    checkpoint: str | None
    """The newest checkpoint, as it was signed; None before the first."""
    origin: str | None
    signed_size: int
    """The number of records that it covers."""
    signed: datetime | None
    continues: bool
    """Whether the tree still begins with the tree that was signed last."""
    unplaced: int
    """Records in the archive without a leaf: none, unless somebody inserted them. Counted up to 1,000."""
    behind: int
    """Records that cannot be searched yet."""
    problems: list[str]
    """Loops that do not progress here, with the reason, and failures of others, such as the witness, by name."""
    alarms: list[str]
    """Open alarms: nothing is signed until somebody has examined and cleared them."""


async def look(connection: Connection, health: Health) -> LogStatus:
    """Read the status on the caller's connection, in one snapshot."""
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
