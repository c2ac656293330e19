"""What threads find out about signatures ahead changes when they are checked, and nothing else."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.raw_events import RawEvent, raw_from_kafka
from contracts.verifiability import MATERIAL, PublicKey, dsse_envelope, read_material
from kernel.identity import checked_ahead, quick_keys
from kernel.identity.checked_ahead import check_ahead
from kernel.identity.quick_keys import QuickKey
from kernel.messaging.passages import Record
from tests.kernel.registered import KZ, KZ_P256, UN, Headers, binary, register, structured
from tests.kernel.test_intake import THIEF, command, decoded, record

Change = Callable[[bytes, Headers], tuple[bytes, Headers]]


def _other_data(value: bytes, headers: Headers) -> tuple[bytes, Headers]:
    return value.replace(b'"1"', b'"2"'), headers


def _other_id(value: bytes, headers: Headers) -> tuple[bytes, Headers]:
    return value, [(name, b"taken" if name == "ce_id" else raw) for name, raw in headers]


def _broken_material(value: bytes, headers: Headers) -> tuple[bytes, Headers]:
    return value, [(name, raw[:-9] if name == f"ce_{MATERIAL}" else raw) for name, raw in headers]


def _not_utf8(value: bytes, headers: Headers) -> tuple[bytes, Headers]:
    return value, [*headers, ("ce_theirs", b"\xff")]


def _as_sent(value: bytes, headers: Headers) -> tuple[bytes, Headers]:
    return value, headers


changes = st.sampled_from([_as_sent, _as_sent, _other_data, _other_id, _broken_material, _not_utf8])
keys = st.sampled_from([KZ, KZ_P256, UN, THIEF, None])
modes = st.sampled_from([binary, structured])


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    batch = []
    for offset in range(draw(st.integers(8, 20))):
        key, value, headers = draw(modes)(command(f"c-{offset}"), draw(keys))
        value, headers = draw(changes)(value, headers)
        batch.append(record(key, value, headers, offset=offset))
    return batch


@given(records())
@settings(max_examples=40, deadline=None)
def test_a_batch_is_decoded_as_its_records_are_one_by_one(batch: list[Record]) -> None:
    together = asyncio.run(decoded(*batch))
    alone = [asyncio.run(decoded(one)) for one in batch]
    assert together.commands == [one for part in alone for one in part.commands]
    assert together.dead_letters == [letter for part in alone for letter in part.dead_letters]


def _events(count: int) -> list[RawEvent]:
    sent = [binary(command(f"c-{nr}"), KZ) for nr in range(count)]
    return [raw_from_kafka(value, headers) for _, value, headers in sent]


async def test_a_signature_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bytes] = []

    def counted(key: QuickKey, signature: bytes, message: bytes) -> bool:
        checked.append(signature)
        return PublicKey.holds(key, signature, message)

    monkeypatch.setattr(QuickKey, "_holds", counted)
    sent = [binary(command(f"c-{nr}"), KZ) for nr in range(20)]
    batch = await decoded(*(record(*one, offset=nr) for nr, one in enumerate(sent)))
    assert len(batch.commands) == 20
    assert len(checked) == len(set(checked)) == 20


async def test_a_signature_that_was_checked_counts_for_its_message_alone() -> None:
    """Given a signature that holds, when another message or another key comes with it, then it does not hold."""
    key = QuickKey.parse(KZ.public.text)
    signature = KZ.sign(b"command")
    key.check_ahead(signature, b"command")
    assert not key.holds(signature, b"another")
    assert not QuickKey.parse(UN.public.text).holds(signature, b"command")
    assert key.holds(signature, b"command")
    assert key.holds(signature, b"command"), "once it was looked for, it is checked again"


async def test_a_signature_that_does_not_hold_is_remembered_as_such() -> None:
    key = QuickKey.parse(KZ.public.text)
    key.check_ahead(THIEF.sign(b"command"), b"command")
    assert not key.holds(THIEF.sign(b"command"), b"command")


async def test_what_nobody_looks_for_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given events at fault in another way, so that nobody looks for their signatures, then memory is bounded."""
    monkeypatch.setattr(quick_keys, "AHEAD_MAX", 30)
    in_force = register()
    (key,) = (one.public for one in in_force.producers["mfa-kz"].keys if one.public.id == KZ.public.id)
    assert isinstance(key, QuickKey)
    for _ in range(5):
        await check_ahead(in_force, _events(20))
    assert 0 < len(key._ahead) <= 30 + checked_ahead.THREADS


async def test_a_few_signatures_are_left_to_the_decoder() -> None:
    in_force = register()
    await check_ahead(in_force, _events(checked_ahead.CHECKS_MIN - 1))
    keys_of = in_force.producers["mfa-kz"].keys
    assert not any(one.public._ahead for one in keys_of if isinstance(one.public, QuickKey))


async def test_one_signature_of_an_event_is_checked_ahead() -> None:
    """Given events with four signatures each, then threads do a quarter of the work that they suggest."""
    in_force = register()
    events = [_with_four(event) for event in _events(8)]
    await check_ahead(in_force, events)
    keys_of = in_force.producers["mfa-kz"].keys
    assert sum(len(one.public._ahead) for one in keys_of if isinstance(one.public, QuickKey)) == 8


def _with_four(event: RawEvent) -> RawEvent:
    material = read_material(event.attributes)
    ((key_id, signature),) = material.signatures
    four = [(key_id, bytes([nr]) + signature[1:]) for nr in range(4)]
    return RawEvent({**event.attributes, MATERIAL: dsse_envelope(material.payload, four)}, event.data)
