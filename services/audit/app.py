"""The archive, put together: every topic of the house, kept by `archive`."""

from contracts.registry import ROOMS
from kernel import reading, topics
from services.audit.archive import prepare

TOPICS = [
    *(topics.commands(room) for room in ROOMS),
    *(topics.of_log(room, log) for room in ROOMS for log in topics.LOGS),
    topics.of_log("reporting", "dead_letters"),
]
ROOM = reading.ReadingRoom(
    "audit",
    TOPICS,
    prepare,
    migrations=[("services.audit", "migrations")],
    batch_records_max=2_000,
    dead_letters=False,
)
