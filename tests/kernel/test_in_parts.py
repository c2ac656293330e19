"""What one poll gave is handled in parts, in order, and each is announced before the one in front of it is handled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.messaging.consumer import Records
from kernel.messaging.in_parts import in_parts
from tests.kernel.consuming import PARTITIONS, Effects, Topic, everything, reading, topic
from tests.raw_produce import batch

__all__ = ["topic"]


class Seen:
    """What was announced and what was handled, in the order in which it happened."""

    def __init__(self, ends_at: int | None = None) -> None:
        self.steps: list[tuple[str, list[int]]] = []
        self._ends_at = ends_at

    def announce(self, records: Records) -> None:
        self.steps.append(("next", list(records)))

    async def handle(self, records: Records) -> bool:
        self.steps.append(("now", list(records)))
        return self._ends_at not in list(records)

    def of(self, kind: str) -> list[list[int]]:
        return [numbers for step, numbers in self.steps if step == kind]


@given(count=st.integers(0, 40), size=st.integers(1, 12))
async def test_every_record_is_handled_once_in_order_behind_its_announcement(count: int, size: int) -> None:
    seen = Seen()
    await in_parts(list(range(count)), size, seen.announce, seen.handle)
    handled = seen.of("now")
    assert [number for part in handled for number in part] == list(range(count))
    assert all(len(part) <= size for part in handled)
    assert seen.of("next") == [*handled[1:], []], "and at last that nothing is known to come"
    assert [step for step, _ in seen.steps] == ["next", "now"] * max(1, -(-count // size))


async def test_what_is_behind_a_part_that_ends_it_is_left() -> None:
    seen = Seen(ends_at=3)
    await in_parts(list(range(10)), 2, seen.announce, seen.handle)
    assert seen.of("now") == [[0, 1], [2, 3]]


async def test_what_is_behind_a_part_that_fails_is_left() -> None:
    handled: list[Records] = []

    async def handle(records: Records) -> bool:
        handled.append(records)
        raise OSError("the server is away")

    with pytest.raises(OSError, match="away"):
        await in_parts(list(range(10)), 2, lambda _: None, handle)
    assert handled == [[0, 1]]


async def test_a_poll_fills_several_transactions_and_each_is_announced(topic: Topic) -> None:
    """Given more than a batch in each partition, then each comes once, in order, in batches, and announced as such."""
    for partition in range(PARTITIONS):
        topic.send(partition, batch([(None, b"%d" % nr, []) for nr in range(130)]), 130)
    announced: list[Records] = []
    handled: list[Records] = []
    effects = Effects(refuse=handled.append)
    async with reading(topic, effects, announce=announced.append):
        await everything(topic, effects)
    for partition in range(PARTITIONS):
        assert effects.values(partition) == [b"%d" % nr for nr in range(130)]
    assert max(map(len, handled)) == 50
    assert any(announced)
    assert all(any(part is record for batch_ in handled for part in batch_) for one in announced for record in one)


async def test_a_part_that_is_at_fault_is_split_and_the_others_come_once(topic: Topic) -> None:
    for partition in range(PARTITIONS):
        topic.send(partition, batch([(None, b"%d" % nr, []) for nr in range(130)]), 130)

    def refuse(records: Records) -> None:
        if any(record.value == b"77" for record in records):
            raise ValueError("77 fits nowhere")

    effects = Effects(refuse=refuse)
    async with reading(topic, effects, announce=lambda _: None):
        await everything(topic, effects)
    for partition in range(PARTITIONS):
        assert effects.values(partition) == [b"%d" % nr for nr in range(130) if nr != 77]
    assert sorted(record.partition for record, _ in effects.aside) == list(range(PARTITIONS))
