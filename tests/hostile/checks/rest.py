"""When a system is at rest, and what stays behind."""

import time
from collections.abc import Mapping

from tests.hostile import wire
from tests.hostile.checks.sources import SERVICES, ends_of_topics, query, shown
from tests.hostile.send import Place, Sent
from tests.system import RunningSystem

STUCK_S = 45.0
"""Without any progress for so long, what waits is taken to wait for ever."""


def rest(system: RunningSystem, records: Mapping[Place, wire.Stored], sent: Sent) -> list[str]:
    """Wait until nothing is left to do; what stays behind without progress is named, with the record that it is at."""
    seen, since = None, time.monotonic()
    while behind := _behind(system, ends_of_topics(system)):
        now = sorted(behind.items())
        if now != seen:
            seen, since = now, time.monotonic()
        if time.monotonic() - since > STUCK_S:
            return [_stands(name, at, records, sent) for name, at in now]
        time.sleep(0.5)
    return []


def _behind(system: RunningSystem, ends: Mapping[tuple[str, int], int]) -> dict[str, object]:
    """Who is behind, and where: every reader at each partition, every relay, the archive's search and its signing."""
    behind: dict[str, object] = {}
    for service in SERVICES:
        for topic, partition, offset in query(
            system,
            service,
            f"SELECT topic, part, next_offset FROM consumed WHERE consumer = '{service}'",  # noqa: S608
        ):
            if offset < ends.get((topic, partition), 0):
                behind[f"{service} reading {topic}/{partition}"] = (topic, partition, offset)
        if service != "audit":
            heads = query(system, service, "SELECT admitted, events, outcomes, dead_letters FROM log_heads")[0]
            done = dict(query(system, service, "SELECT log, position FROM relayed"))
            if heads != tuple(done[log] for log in ("admitted", "events", "outcomes", "dead_letters")):
                behind[f"{service} publishing"] = (heads, tuple(sorted(done.items())))
    (size,) = query(system, "audit", "SELECT size FROM tree")[0]
    (reach,) = query(system, "audit", "SELECT leaf FROM messages_high_water_mark")[0]
    if reach < size:
        behind["audit making records findable"] = (reach, size)
    (signed,) = query(system, "audit", "SELECT coalesce(max(size), 0) FROM checkpoints")[0]
    if signed < size:
        behind["audit signing"] = (signed, size)
    return behind


def _stands(name: str, at: object, records: Mapping[Place, wire.Stored], sent: Sent) -> str:
    breach = f"{name} stands at {at}"
    if isinstance(at, tuple) and len(at) == 3 and at in records:
        hostile = sent.placed.get(at)
        breach += f": {hostile.kind if hostile else 'honest'} {shown(records[at].raw)}"
    return breach
