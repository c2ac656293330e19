"""Unsigned commands: a producer is believed on its own topic, where by the brokers' ACLs nobody else writes."""

from pathlib import Path
from typing import Any

import pytest

from contracts.verifiability import SigningKey
from kernel.decide.record_decoder import RecordDecoder
from kernel.identity.intake import Senders
from kernel.identity.principal import UNAUTHENTICATED
from kernel.identity.register_file import RegisterFile
from kernel.identity.register_text import parse
from kernel.model.decider import ReceivedCommand
from tests.kernel.registered import KZ, LINES, UN, binary, text
from tests.kernel.test_intake import MODES, TOPIC, _decode, _never, command, decoded, record, refusal_of
from tests.kernel.test_register import VERIFIERS, written

UN_SOURCE, UN_TOPIC = "https://un.example/desk/1", "approvals.commands.un-desk"


@MODES
async def test_an_unsigned_command_on_the_producers_own_topic_is_its_producers_and_nothing_says_it_was_signed(
    mode: Any,
) -> None:
    (one,) = (await decoded(record(*mode(command(source=UN_SOURCE), None), topic=UN_TOPIC))).commands
    assert isinstance(one.command, ReceivedCommand)
    assert (one.principal.kind, one.principal.id) == ("service_account", "un-desk")
    assert (one.principal.key, one.principal.proof) == (None, None)


async def test_an_unsigned_command_on_the_topic_that_all_who_sign_share_is_refused() -> None:
    assert "no unsigned commands" in await refusal_of(record(*binary(command(source=UN_SOURCE), None)))


@pytest.mark.parametrize("key", [None, KZ], ids=["unsigned", "signed"])
async def test_a_source_of_another_on_a_producers_own_topic_is_refused_also_if_it_is_signed(
    key: SigningKey | None,
) -> None:
    one = record(*binary(command(), key), topic=UN_TOPIC)
    assert f"{UN_TOPIC} is the topic of un-desk" in await refusal_of(one)


@pytest.mark.parametrize("neighbour", ["un-des", "un-desk2", "un-desk-2"])
async def test_the_topic_of_a_neighbour_by_prefix_is_no_topic_of_the_producers(neighbour: str) -> None:
    one = record(*binary(command(source=UN_SOURCE), None), topic=f"{TOPIC}.{neighbour}")
    assert f"is the topic of {neighbour}," in await refusal_of(one)


async def test_a_signed_command_on_the_producers_own_topic_is_signed_there_too() -> None:
    (one,) = (await decoded(record(*binary(command(source=UN_SOURCE), UN), topic=UN_TOPIC))).commands
    assert (one.principal.id, one.principal.key) == ("un-desk", UN.public.id)


async def test_a_producer_that_left_the_register_is_believed_on_its_topic_no_longer() -> None:
    one = record(*binary(command(source=UN_SOURCE), None), topic=UN_TOPIC)
    assert "No registered producer" in await refusal_of(one, parse(text(*LINES[:14])))


async def test_an_unreadable_command_on_the_topic_of_another_is_not_answered_in_its_owners_name() -> None:
    lines = [line for line in LINES if line != "must-sign"]
    key, value, headers = binary(command(), None)
    bad = [(name, b"0.3" if name == "ce_specversion" else raw) for name, raw in headers]
    assert "is the topic of un-desk" in await refusal_of(record(key, value, bad, topic=UN_TOPIC), parse(text(*lines)))


async def test_without_a_register_a_topic_of_a_producers_own_is_read_as_any_other() -> None:
    decoder = RecordDecoder("approvals", _decode, _never, Senders())
    one = decoder.decode(record(*binary(command(), None), topic=UN_TOPIC))
    assert [received.principal for received in one.commands] == [UNAUTHENTICATED]


async def test_a_producer_that_was_registered_a_moment_ago_is_believed_at_once(tmp_path: Path) -> None:
    # given a service that has not looked at the register's file since a producer came to it
    file = RegisterFile(written(tmp_path, 7), VERIFIERS)
    decoder = RecordDecoder("approvals", _decode, _never, Senders(lambda: file.current, file.read_again))
    parliament = "urn:parliament:kz"
    first = record(*binary(command(source=parliament), None), topic="approvals.commands.parliament")
    assert decoder.decode(first).dead_letter is not None
    written(
        *(tmp_path, 8, "producer parliament", f"source {parliament}", "topic approvals.commands.parliament"),
        *("broker parliament-1", "command approvals.*", "contributor KAZ"),
    )

    # when the producer's first command comes, then it is decided by the new register
    (one,) = decoder.decode(first).commands
    assert (one.principal.id, one.principal.register) == ("parliament", file.current.reference)
    assert file.current.version == 8
