"""The made-up service of `door.py` with a policy, on either store, and the events of another service that it reads."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import asyncpg
import pytest
from aiokafka import ConsumerRecord
from pydantic import SecretStr

from contracts.approvals import MandateApproved, RejectMandate
from contracts.cloudevents import Envelope, to_kafka
from contracts.registry import schema_name, type_name
from contracts.words import Command
from kernel.command_service import MIGRATIONS, DecidingService, reactions
from kernel.decide import decode
from kernel.decide.command_handler import CommandHandler
from kernel.decide.held_events import HeldEventRetry
from kernel.decide.record_decoder import RecordDecoder
from kernel.identity.principal import Principal
from kernel.identity.recorded import reacting
from kernel.messaging.passages import Record
from kernel.model.decider import RecordedEvent
from kernel.model.records import DecodedCommand, OffsetAdvance, Origin
from kernel.runtime.health import Health
from kernel.store.database import migrate, provision
from kernel.store.memory import MemoryStore
from kernel.store.postgres import PostgresStore
from kernel.store.protocol import Store
from tests import peacekeepers as story
from tests.kernel.door import VOTE, WORDS, Counting
from tests.servers import Servers

TOPIC = "approvals.events"
P0 = (TOPIC, 0)
SOON: dict[str, Any] = {
    "type": "forcegen.approvals.MandateBlessed",
    "dataschema": "urn:forcegen:approvals.MandateBlessed:1",
}
"""A type that is still to come."""


def react(fact: RecordedEvent) -> Sequence[Command]:
    """Each approval leads to a rejection here, which is as good as anything."""
    assert isinstance(fact.data, MandateApproved)
    vote = VOTE.model_copy(update={"act_number": fact.data.decision.act_number})
    return [RejectMandate(mandate=fact.data.mandate, decision=vote)]


@dataclass
class Service:
    """The made-up service of `door.py`, with a policy, over a store."""

    store: Store
    health: Health = field(default_factory=lambda: Health(30))
    held_max: int = 100
    next_offset: int = 0

    def __post_init__(self) -> None:
        self.service = DecidingService("counting", Counting(), {TOPIC: react})
        self.command_handler = CommandHandler(
            Counting(), self.store, service="counting", streams_cached_max=100, appended=lambda: None
        )
        self.record_decoder = RecordDecoder("counting", self._admit, self._react)
        self.held_event_retry = HeldEventRetry(
            "counting",
            self.store,
            self.record_decoder,
            self.command_handler,
            health=self.health,
            held_max=self.held_max,
        )

    def _admit(self, envelope: Envelope, principal: Principal, place: str) -> DecodedCommand:
        received = datetime(2022, 7, 1, tzinfo=UTC)
        command = decode.command(envelope, WORDS, received=received, bytes_max=10_000, principal=principal)
        return replace(command, place=place)

    def _react(self, origin: Origin, fact: RecordedEvent, cause: Envelope) -> Sequence[DecodedCommand]:
        principal = reacting("counting", cause.acted_by)
        return [self._admit(one, principal, str(origin)) for one in reactions(self.service, origin.topic, fact, cause)]

    async def read(self, *envelopes: Envelope) -> tuple[int, int]:
        """As the service reads a batch: how many dead letters and how many held events it leads to."""
        records = [record(one, self.next_offset + nr) for nr, one in enumerate(envelopes)]
        await self.store.begin_consuming("counting", [P0])
        progress = OffsetAdvance("counting", {P0: (self.next_offset, self.next_offset + len(records))})
        decoded = await self.record_decoder.decode_batch(records, self.store)
        await self.held_event_retry.check(decoded.held)
        await self.command_handler.handle(decoded.commands, decoded.dead_letters, progress, held=decoded.held)
        self.next_offset += len(records)
        return len(decoded.dead_letters), len(decoded.held)

    async def recorded(self, mandate: str) -> list[str]:
        """The act numbers that came of approvals of a mandate, in order."""
        events: list[Any] = [event.event.data for event in await self.store.load({f"mandate/{mandate}": 0})]
        return [event.decision.act_number for event in events]


@pytest.fixture(params=["memory", "postgres"])
async def service(request: pytest.FixtureRequest) -> AsyncIterator[Service]:
    if request.param == "memory":
        yield Service(MemoryStore())
        return
    servers: Servers = request.getfixturevalue("servers")
    name: str = request.getfixturevalue("database")
    await provision(servers.database(name), "counting", "secret")
    url = servers.as_role("counting", "secret", name)
    await migrate(SecretStr(url), MIGRATIONS)
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        yield Service(PostgresStore(pool))


def approval(version: int, mandate: str = "kz-1", **more: Any) -> Envelope:
    """The event of a stream's version; its act number tells which."""
    decision = VOTE.model_copy(update={"act_number": f"{version}"})
    event = story.approved(mandate, decision=decision)
    return Envelope(
        id=str(uuid5(NAMESPACE_URL, f"{mandate}/{version}")),
        source=more.pop("source", "urn:forcegen:approvals"),
        type=type_name(MandateApproved),
        subject=event.stream,
        time=datetime(2022, 7, 1, tzinfo=UTC),
        dataschema=schema_name(MandateApproved),
        datacontenttype="application/json",
        data=event.model_dump_json().encode(),
        recorded_time=datetime(2022, 7, 1, tzinfo=UTC),
        stream_version=version,
        position=version,
        **more,
    )


def newer(envelope: Envelope) -> Envelope:
    return replace(envelope, dataschema="urn:forcegen:approvals.MandateApproved:2")


def record(envelope: Envelope, offset: int) -> Record:
    key, value, headers = to_kafka(envelope)
    return ConsumerRecord(
        **{"topic": TOPIC, "partition": 0, "offset": offset, "timestamp": 0, "timestamp_type": 0},
        **{"key": key, "value": value, "checksum": None, "serialized_key_size": 0, "serialized_value_size": 0},
        headers=headers,
    )


def upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MandateApproved, "schema_version", 2)
