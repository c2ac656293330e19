"""Phase 2, gate: the version that each stream of a batch has reached, and which of its parked events may follow now."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from kernel.store.postgres import Connection
from services.reporting import projection_version
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.stream_gate import StreamGate
from services.reporting.projector.decode import event_of_parked
from services.reporting.projector.upsert_sql import columns_of
from services.reporting.queries import query

Stream: TypeAlias = tuple[str, str]
"""A service and a stream in it."""
Gates: TypeAlias = Mapping[Stream, StreamGate]


def gates_of(events: Iterable[ConsumedEvent]) -> dict[Stream, StreamGate]:
    """A gate for each stream of the events. Of two deliveries of one event, the later one counts."""
    gates: dict[Stream, StreamGate] = {}
    for event in events:
        gates.setdefault((event.service, event.stream), StreamGate()).arrived[event.version] = event
    return gates


async def load_gates(connection: Connection, gates: Gates, parked_max: int) -> None:
    """Set each gate's version and, for streams that can move on, load at most `parked_max` parked events in total.

    Raises:
        OtherProjections: the views belong to another version, which may have replaced them meanwhile.
    """
    for row in await connection.fetch(query("versions").sql, *columns_of(gates, 2)):
        projection_version.refuse_other(row["projections"])
        gates[row["service"], row["stream"]].version = row["version"]
    moving = [key for key, gate in gates.items() if not gate.arrived or gate.version + 1 in gate.arrived]
    for row in await connection.fetch(query("parked_of").sql, *columns_of(moving, 2), parked_max):
        gates[row["service"], row["stream"]].parked[row["version"]] = event_of_parked(row)
