"""Four eyes from the door to the decision: the same person stays the same, whichever key, spelling or door is used."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.approvals import COMMANDS, ChangeMandateByBreakGlass, GrantWaiver, MandateChange, ProposeMandate
from contracts.cloudevents import Envelope
from contracts.outcome import CommandDecided
from contracts.raw_events import raw_from_kafka
from contracts.registry import type_name
from contracts.verifiability import SigningKey
from contracts.words import Command
from kernel.decide import decode
from kernel.decide.command_handler import CommandHandler
from kernel.identity.intake import Arrival, Senders
from kernel.identity.principal import UNAUTHENTICATED, Principal, system
from kernel.identity.register import Register
from kernel.identity.register_text import parse
from kernel.store.memory import MemoryStore
from kernel.store.postgres import PostgresStore
from kernel.store.protocol import Store
from services.approvals import decider
from tests.kernel.registered import KZ, KZ_P256, PERIOD, UN, binary, text
from tests.kernel.stores import postgres_pool
from tests.servers import Servers
from tests.specs.approvals_events import APPROVE, PROPOSAL, SUPERSEDE, WAIVER

WORDS = {type_name(word): word for word in COMMANDS}
NOW = datetime(2022, 7, 1, tzinfo=UTC)
MFA, MOD, TOPIC = "urn:mfa:kz", "urn:mod:kz", "approvals.commands"
LINES = (
    *("forcegen producers", "version 1"),
    *("producer mfa-kz", f"source {MFA}", f"key {KZ.public.text} {PERIOD}", f"key {KZ_P256.public.text} {PERIOD}"),
    *("names-officials", "login https://idp.example#anna", "login https://idp.example#bolat", "login desk"),
    *("command approvals.*", "contributor KAZ"),
    *("producer mod-kz", f"source {MOD}", f"key {UN.public.text} {PERIOD}"),
    *("command approvals.*", "command forcegen.approvals.ChangeMandateByBreakGlass", "contributor KAZ"),
)
PROPOSE, WAIVE = ProposeMandate(**PROPOSAL), GrantWaiver(**WAIVER)
READ = APPROVE.model_copy(update={"version": 1})


def caller(name: str, kind: Any = "user") -> Principal:
    return Principal(kind, name, roles=frozenset({"producer"}), contributors=None)


ANNA_AT_HTTP, BOLAT_AT_HTTP = caller("https://idp.example#anna"), caller("https://idp.example#bolat")


class Doors:
    """A service that starts anew for each command, so that whatever it compares it has read from its store."""

    def __init__(self, store: Store, register: Register | None) -> None:
        self.store = store
        self.senders = Senders(lambda: register)
        self.sent = 0

    async def _decide(self, command: Command, source: str, actor: str | None, key: Any, arrival: Arrival) -> Any:
        self.sent += 1
        envelope = Envelope(
            id=f"c-{self.sent}",
            source=source,
            type=type_name(type(command)),
            subject=command.stream,
            time=NOW,
            dataschema=None,
            datacontenttype="application/json",
            data=command.model_dump_json().encode(),
            actor=actor,
        )
        _, value, headers = binary(envelope, key)
        envelope, principal = self.senders.believe(envelope, lambda: raw_from_kafka(value, headers), arrival)
        handler = CommandHandler(decider, self.store, service="approvals", streams_cached_max=10)
        decoded = decode.command(envelope, WORDS, received=NOW, bytes_max=10_000, principal=principal)
        (outcome,) = await handler.handle([decoded])
        return outcome

    async def signed(
        self, command: Command, actor: str | None = None, key: SigningKey = KZ, source: str = MFA
    ) -> CommandDecided:
        outcome: CommandDecided = await self._decide(command, source, actor, key, Arrival(NOW, TOPIC))
        return outcome

    async def called(self, command: Command, by: Principal, actor: str | None = None) -> CommandDecided:
        outcome: CommandDecided = await self._decide(command, MFA, actor, None, Arrival(NOW, None, by))
        return outcome


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.servers)])
async def doors(request: pytest.FixtureRequest) -> AsyncIterator[Doors]:
    register = parse(text(*LINES))
    if request.param == "memory":
        yield Doors(MemoryStore(), register)
        return
    servers: Servers = request.getfixturevalue("servers")
    async with postgres_pool(servers, request.getfixturevalue("database"), "approvals") as pool:
        yield Doors(PostgresStore(pool), register)


def four_eyes(outcome: CommandDecided) -> str:
    """The field of a refusal by four eyes."""
    assert (outcome.status, outcome.rule) == ("refused", "four-eyes"), outcome
    assert outcome.remedy
    return outcome.field or ""


def events(outcome: CommandDecided) -> list[str]:
    assert outcome.status == "accepted", outcome
    return [event.type.rpartition(".")[2] for event in outcome.events]


async def test_two_officials_of_a_producer_enter_a_mandate(doors: Doors) -> None:
    await doors.signed(PROPOSE, "anna")
    assert events(await doors.signed(READ, "bolat")) == ["MandateApproved"]


async def test_own_approval_through_a_second_key_is_refused(doors: Doors) -> None:
    await doors.signed(PROPOSE, "anna", KZ)
    assert four_eyes(await doors.signed(READ, "anna", KZ_P256)) == "actor"


@pytest.mark.parametrize("spelt", ["ANNA", " anna ", "\uff41nna", "an\u200bna"])
async def test_own_approval_in_another_spelling_is_refused(doors: Doors, spelt: str) -> None:
    await doors.signed(PROPOSE, "anna")
    assert four_eyes(await doors.signed(READ, spelt, KZ_P256)) == "actor"


async def test_own_approval_through_the_other_door_is_refused(doors: Doors) -> None:
    await doors.signed(PROPOSE, "anna")
    assert four_eyes(await doors.called(READ, ANNA_AT_HTTP)) == "actor"
    assert four_eyes(await doors.called(READ, ANNA_AT_HTTP, actor="bolat")) == "actor"


async def test_own_approval_without_a_name_is_refused(doors: Doors) -> None:
    await doors.signed(PROPOSE, "anna")
    assert four_eyes(await doors.signed(READ)) == "actor"
    assert four_eyes(await doors.called(READ, caller("desk", "api_key"), actor="bolat")) == "actor"


async def test_whoever_signed_in_is_who_acts_whatever_the_command_says(doors: Doors) -> None:
    await doors.called(PROPOSE, ANNA_AT_HTTP, actor="bolat")
    assert four_eyes(await doors.called(READ, ANNA_AT_HTTP, actor="chingiz")) == "actor"
    assert events(await doors.called(READ, BOLAT_AT_HTTP, actor="anna")) == ["MandateApproved"]


async def test_an_actor_of_a_producer_that_may_not_name_officials_is_no_other_person(doors: Doors) -> None:
    await doors.signed(PROPOSE, "anna", UN, MOD)
    assert four_eyes(await doors.signed(READ, "bolat", UN, MOD)) == "actor"
    assert events(await doors.signed(READ, "bolat")) == ["MandateApproved"]


async def test_an_approval_of_another_version_is_refused(doors: Doors) -> None:
    await doors.signed(PROPOSE, "anna")
    assert four_eyes(await doors.signed(APPROVE, "bolat")) == "version"
    assert four_eyes(await doors.signed(APPROVE.model_copy(update={"version": 2}), "bolat")) == "version"


async def test_break_glass_without_its_own_permit_is_refused(doors: Doors) -> None:
    await doors.signed(PROPOSE, "anna")
    await doors.signed(READ, "bolat")
    alone = ChangeMandateByBreakGlass(change=MandateChange.of(WAIVE), reason="the relief leaves tonight")
    refused = await doors.signed(alone, "anna")
    assert (refused.status, refused.rule) == ("refused", "permit")
    assert events(await doors.signed(alone, None, UN, MOD)) == ["MandateChangedByBreakGlass", "WaiverGranted"]


async def test_a_policys_command_needs_no_second_person(doors: Doors) -> None:
    await doors.signed(PROPOSE, "anna")
    await doors.signed(READ, "bolat")
    envelope = Envelope(
        "p-1",
        "urn:forcegen:approvals:policy",
        type_name(type(SUPERSEDE)),
        SUPERSEDE.stream,
        NOW,
        None,
        None,
        SUPERSEDE.model_dump_json().encode(),
        actor="anna",
    )
    decoded = decode.command(envelope, WORDS, received=NOW, bytes_max=10_000, principal=system("approvals", "mfa-kz"))
    (outcome,) = await CommandHandler(decider, doors.store, service="approvals", streams_cached_max=10).handle(
        [decoded]
    )
    assert events(outcome) == ["MandateSuperseded"]


async def test_the_same_history_decides_alike_whatever_the_register_says_by_now(doors: Doors) -> None:
    await doors.signed(PROPOSE, "anna")
    without_mfa = parse(text(*LINES[:2], *LINES[-6:]))
    later = Doors(doors.store, without_mfa)
    later.sent = 10
    assert events(await later.signed(READ, None, UN, MOD)) == ["MandateApproved"]
    named = Doors(doors.store, parse(text(*(line for line in LINES if line != "names-officials"))))
    named.sent = 20
    (proposed,) = (await named.signed(WAIVE, "anna")).events
    assert proposed.type.endswith("MandateChangeProposed")


async def test_without_a_register_nobody_is_compared(doors: Doors) -> None:
    free = Doors(doors.store, None)
    assert (await free.called(PROPOSE, UNAUTHENTICATED, actor="anna")).status == "accepted"
    assert events(await free.called(APPROVE, UNAUTHENTICATED, actor="anna")) == ["MandateApproved"]
    assert events(await free.called(WAIVE, ANNA_AT_HTTP)) == ["WaiverGranted"]
