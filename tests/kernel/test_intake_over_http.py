"""Who is believed over HTTP: by signature, or as the producer that the caller acts as; else 403 and nothing stored."""

from typing import Any

import pytest

from contracts.cloudevents import Envelope
from contracts.verifiability import SigningKey
from kernel.identity.intake import Senders
from kernel.identity.principal import Principal
from tests.kernel.registered import KZ, UN, register, structured
from tests.kernel.test_door_over_http import STRUCTURED, door
from tests.kernel.test_intake import THIEF, command


def over_http(envelope: Envelope, key: SigningKey | None) -> dict[str, Any]:
    _, value, _ = structured(envelope, key)
    return {"content": value, "headers": STRUCTURED}


async def test_a_signed_command_over_http_is_its_producers() -> None:
    async with door(senders=Senders(register)) as (client, store):
        answer = await client.post("/v1/commands", **over_http(command(), KZ))
        assert answer.status_code == 200, answer.text
        assert [event.principal.id for event in store.events] == ["mfa-kz"]


@pytest.mark.parametrize("key", [None, THIEF, UN], ids=["unsigned", "a stranger's", "another producer's"])
async def test_a_command_over_http_of_another_sender_is_403_and_nothing_is_stored(key: SigningKey | None) -> None:
    async with door(senders=Senders(register)) as (client, store):
        answer = await client.post("/v1/commands", **over_http(command(), key))
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:forcegen:problem:not-the-sender"
        assert (store.outcomes, store.events) == ([], [])


@pytest.mark.parametrize(("caller", "is_believed"), [("un-desk", True), ("desk@un", True), ("mfa-kz", False)])
async def test_an_unsigned_command_over_http_is_that_of_the_producer_that_the_caller_acts_as(
    caller: str, is_believed: bool
) -> None:
    by = Principal("api_key", caller, roles=frozenset({"producer"}), contributors=None)
    async with door(senders=Senders(register), caller=by) as (client, store):
        answer = await client.post("/v1/commands", **over_http(command(source="https://un.example/desk/1"), None))
        assert answer.status_code == (200 if is_believed else 403)
        named = [(event.principal.kind, event.principal.id) for event in store.events]
        assert named == ([("api_key", "un-desk")] if is_believed else [])


async def test_without_a_register_an_event_says_which_token_sent_its_command() -> None:
    by = Principal("api_key", "desk", roles=frozenset({"producer"}), contributors=None)
    async with door(caller=by) as (client, store):
        await client.post("/v1/commands", **over_http(command(), None))
        assert [event.principal for event in store.events] == [by]


async def test_an_unsigned_command_of_a_producer_that_must_sign_is_403_even_from_its_own_caller() -> None:
    by = Principal("api_key", "mfa-kz", roles=frozenset({"producer"}), contributors=None)
    async with door(senders=Senders(register), caller=by) as (client, store):
        answer = await client.post("/v1/commands", **over_http(command(), None))
        assert (answer.status_code, store.outcomes) == (403, [])
