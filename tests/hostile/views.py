"""The views are the fold of what the services recorded, whatever others wrote to the same topics."""

import asyncio
from collections.abc import Iterator, Mapping

from contracts.cloudevents import from_kafka
from services.reporting.projections.change_set import fold
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projector.decode import event_of_envelope
from tests.faults.check import _views
from tests.hostile import wire
from tests.hostile.checks.sources import query
from tests.hostile.records import DECIDING
from tests.hostile.send import Place, Sent
from tests.system import RunningSystem


def shown(system: RunningSystem, records: Mapping[Place, wire.Stored], sent: Sent) -> Iterator[str]:
    """Each row of the fold stands in its view; events that were forged may stand beside them, in their own streams."""
    own = [
        _recorded(place, one)
        for place, one in records.items()
        if place[0].endswith(".events") and place not in sent.placed
    ]
    expected = fold(sorted(own, key=lambda event: (event.service, event.position)))
    tables = asyncio.run(_views(system))
    for table, rows in expected.items():
        wrong = [key for key, row in rows.items() if tables[table].get(key) != row]
        yield from (f"{table} {key!r} is {tables[table].get(key)}, and should be {rows[key]}" for key in wrong[:3])
        if not any(one.raw for one in sent.placed.values() if one.kind == "forged event"):
            yield from (f"{table} shows {key!r}, which nobody recorded" for key in tables[table].keys() - rows.keys())


def parked(system: RunningSystem) -> Iterator[str]:
    """No event that a service recorded waits for ever in front of the views."""
    for service in DECIDING:
        ids = {str(id_) for (id_,) in query(system, service, "SELECT id FROM events")}
        rows = query(system, "reporting", f"SELECT id, stream, version, error FROM parked WHERE service = '{service}'")  # noqa: S608
        yield from (f"parked: {stream} {version}: {error}" for id_, stream, version, error in rows if str(id_) in ids)


def _recorded(place: Place, one: wire.Stored) -> ConsumedEvent:
    headers = [(name.decode(), value) for name, value in one.raw.headers]
    return event_of_envelope(*place, from_kafka(one.raw.key, one.raw.value, headers))
