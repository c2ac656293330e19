"""What is read and checked ahead of its turn changes when that is done, and nothing else."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.raw_events import RawEvent
from contracts.verifiability import PublicKey
from kernel.decide import read_ahead
from kernel.decide.record_decoder import DecodedRecords, RecordDecoder
from kernel.identity.intake import Senders
from kernel.identity.quick_keys import QuickKey
from kernel.identity.register import Register
from kernel.messaging.passages import Record
from kernel.store.memory import MemoryStore
from tests.kernel.registered import KZ, KZ_P256, binary, register
from tests.kernel.test_checked_ahead import records
from tests.kernel.test_intake import THIEF, _decode, _never, command, decoded, record


class Reading:
    """A decoder under a register that may change."""

    def __init__(self) -> None:
        self.in_force: Register = register()
        self.decoder = RecordDecoder("approvals", _decode, _never, Senders(lambda: self.in_force))
        self.store = MemoryStore()

    async def decode(self, batch: list[Record], following: list[Record]) -> DecodedRecords:
        self.decoder.expect(following)
        return await self.decoder.decode_batch(batch, self.store)


def _signed(count: int, first: int = 0) -> list[Record]:
    numbers = range(first, first + count)
    return [record(*binary(command(f"c-{nr}"), (KZ, KZ_P256)[nr % 2]), offset=nr) for nr in numbers]


@given(st.lists(records(), min_size=1, max_size=3), st.data())
@settings(max_examples=25, deadline=None)
def test_batches_that_were_expected_are_decoded_as_their_records_are_one_by_one(
    batches: list[list[Record]], data: st.DataObject
) -> None:
    """Whatever was announced: the next batch, a part of it, another one, or nothing."""
    announced = [data.draw(st.sampled_from([batch, batch[3:], batches[0], []])) for batch in [*batches[1:], []]]

    async def run() -> list[DecodedRecords]:
        reading = Reading()
        return [await reading.decode(batch, next_) for batch, next_ in zip(batches, announced, strict=True)]

    for batch, together in zip(batches, asyncio.run(run()), strict=True):
        alone = [asyncio.run(decoded(one)) for one in batch]
        assert together.commands == [one for part in alone for one in part.commands]
        assert together.dead_letters == [letter for part in alone for letter in part.dead_letters]


async def test_a_signature_of_an_expected_batch_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bytes] = []

    def counted(key: QuickKey, signature: bytes, message: bytes) -> bool:
        checked.append(signature)
        return PublicKey.holds(key, signature, message)

    monkeypatch.setattr(QuickKey, "_holds", counted)
    first, second = _signed(20), _signed(20, 20)
    reading = Reading()
    await reading.decode(first, second)
    await asyncio.sleep(0.2)
    before = len(checked)
    assert before > 20, "while the first batch is written, those of the second are checked"
    assert len((await reading.decode(second, [])).commands) == 20
    assert len(checked) == len(set(checked)) == 40


async def test_what_was_read_of_a_record_counts_for_no_other_at_its_place() -> None:
    """Given a record that comes again with other bytes under the same id and offset, then it is read anew."""
    reading = Reading()
    expected = _signed(12, 12)
    await reading.decode(_signed(12), expected)
    others = [
        record(one.key or b"", (one.value or b"").replace(b'"1"', b'"2"'), one.headers, offset=one.offset)
        for one in expected
    ]
    read = await reading.decode(others, [])
    assert (len(read.commands), len(read.dead_letters)) == (0, 12)
    copies = [replace(one) for one in expected]
    assert len((await reading.decode(copies, [])).commands) == 12


async def test_a_key_that_is_revoked_between_the_check_and_the_turn_does_not_count() -> None:
    """Given signatures that were found to hold, when the register is replaced before their turn, then it decides."""
    reading = Reading()
    batch, expected = _signed(20), _signed(20, 20)
    await reading.decode(batch, expected)
    await asyncio.sleep(0.2)
    line = f"key {KZ.public.text} from 2020-01-01T00:00:00Z"
    at = line.replace("-", "_")
    reading.in_force = register(**{at: f"{line} revoked 2021-01-01T00:00:00Z"})
    read = await reading.decode(expected, [])
    by_p256 = [one.envelope.id for one in read.commands]
    assert by_p256 == [f"c-{nr}" for nr in range(20, 40) if nr % 2]
    assert all("key" in letter.reason for letter in read.dead_letters)


async def test_a_thief_is_no_more_believed_ahead_than_in_turn() -> None:
    stolen = [record(*binary(command(f"c-{nr}"), THIEF), offset=nr) for nr in range(20)]
    forged = [
        record(one.key or b"", (one.value or b"").replace(b'"1"', b'"2"'), one.headers, offset=one.offset)
        for one in _signed(20, 20)
    ]
    reading = Reading()
    assert (await reading.decode(stolen, forged)).commands == []
    assert (await reading.decode(forged, stolen)).commands == []
    assert (await reading.decode(stolen, [])).commands == []


async def test_what_is_expected_and_never_comes_is_forgotten() -> None:
    """Given batches that a rebalance takes away after they were announced, then one of them is kept at most."""
    reading = Reading()
    for nr in range(5):
        await reading.decode(_signed(10, 20 * nr), _signed(10, 20 * nr + 10))
    kept = reading.decoder._ahead._kept
    await asyncio.sleep(0.2)
    assert len(kept) == 10


async def test_a_fault_of_reading_ahead_is_that_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> RawEvent:
        raise RuntimeError("a defect")

    reading = Reading()
    expected = _signed(12, 12)
    with monkeypatch.context() as patched:
        patched.setattr(read_ahead, "raw_from_kafka", fail)
        await reading.decode(_signed(12), expected)
        await asyncio.sleep(0.05)
    assert len((await reading.decode(expected, [])).commands) == 12
