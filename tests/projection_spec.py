"""Given events, then rows: stories for the projections, in which every event is delivered twice.

projected(MandateProposed(...), MandateApproved(...)).row("mandates", "kz-2013")["status"]
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from contracts.registry import type_name
from contracts.words import Event
from kernel.model.decider import effective_of
from services.reporting.projections import VIEWS
from services.reporting.projections.change_set import ChangeSet, Tables
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projections.stream_gate import StreamGate
from services.reporting.projections.view import Row

LEARNED = datetime(2022, 7, 1, 12, tzinfo=UTC)
PARTITIONS = 4


def history(events: Iterable[Event], *, recorded: datetime = LEARNED) -> list[ConsumedEvent]:
    """Events as their services would have recorded and relayed them, in this order."""
    positions: dict[str, int] = {}
    versions: dict[tuple[str, str], int] = {}
    log: list[ConsumedEvent] = []
    for event in events:
        service, stream = event.service, event.stream
        position = positions[service] = positions.get(service, 0) + 1
        version = versions[service, stream] = versions.get((service, stream), 0) + 1
        learned = recorded + timedelta(seconds=len(log))
        one = ConsumedEvent(
            id=uuid5(NAMESPACE_URL, f"{service}/{position}"),
            type=type_name(type(event)),
            stream=stream,
            version=version,
            position=position,
            service=service,
            effective=effective_of(event, learned),
            recorded=learned,
            data=event,
            correlation_id=f"c-{position}",
            causation_id=None,
            actor="an official",
            topic=f"{service}.events",
            partition=sum(stream.encode()) % PARTITIONS,
            offset=position,
        )
        log.append(one)
    return log


@dataclass
class MemoryProjector:
    """The projector without a database: the same gates and the same fold, with rows kept between batches."""

    change_set: ChangeSet = field(default_factory=ChangeSet)
    gates: dict[tuple[str, str], StreamGate] = field(default_factory=dict)

    def apply(self, batch: Sequence[ConsumedEvent]) -> None:
        arrived: dict[tuple[str, str], StreamGate] = {}
        for event in batch:
            key = (event.service, event.stream)
            arrived.setdefault(key, replace(self.gates.get(key, StreamGate()), arrived={}, done=[], error=None))
            arrived[key].arrived[event.version] = event
        for gate in arrived.values():
            gate.fold(self.change_set)
            waiting = {event.version: event for event, _ in gate.waiting()}
            gate.parked = {nr: e for nr, e in (gate.parked | waiting).items() if nr > gate.version}
        self.gates.update(arrived)

    @property
    def tables(self) -> Tables:
        return self.change_set.changed

    @property
    def parked(self) -> list[ConsumedEvent]:
        return [event for gate in self.gates.values() for event in gate.parked.values()]


@dataclass(frozen=True)
class Views:
    """The rows that a story ends with."""

    tables: Tables

    def row(self, table: str, *key: object) -> Row:
        """The one row with this key."""
        return self.tables[table][key]

    def rows(self, table: str) -> list[Row]:
        """The rows of a view, in the order of their keys."""
        return [self.tables[table][key] for key in sorted(self.tables[table])]


def projected(*events: Event) -> Views:
    """The views after these events, each delivered twice; nothing may be left waiting."""
    projector = MemoryProjector()
    for event in history(events):
        projector.apply([event, event])
        projector.apply([event])
    assert projector.parked == []
    assert set(projector.tables) == {view.table for view in VIEWS}
    return Views(projector.tables)
