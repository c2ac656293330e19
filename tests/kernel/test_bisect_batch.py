"""A batch of which some items make every part fail that they are in: the others are done, in their order."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.runtime.bisect_batch import bisect_batch


class Work:
    """Refuses each part that holds a culprit; keeps what was done, in order."""

    def __init__(self, culprits: frozenset[int] = frozenset(), fault: type[Exception] = ValueError) -> None:
        self._culprits = culprits
        self._fault = fault
        self.done: list[int] = []
        self.aside: list[int] = []
        self.tries = 0

    async def together(self, part: Sequence[int]) -> list[int]:
        self.tries += 1
        if self._culprits.intersection(part):
            raise self._fault([*part])
        self.done += part
        return [*part]

    async def alone(self, item: int, fault: Exception) -> list[int]:
        assert fault.args == ([item],)
        self.aside.append(item)
        return [-item]


@given(st.integers(0, 40).flatmap(lambda size: st.tuples(st.just(size), st.frozensets(st.integers(1, max(1, size))))))
async def test_every_culprit_stands_alone_and_the_others_are_done_in_order(batch: tuple[int, frozenset[int]]) -> None:
    size, culprits = batch
    items, work = [*range(1, size + 1)], Work(batch[1])
    parts = await bisect_batch(items, work.together, work.alone)
    assert work.done == [item for item in items if item not in culprits]
    assert work.aside == [item for item in items if item in culprits]
    assert [abs(result) for part in parts for result in part] == items


async def test_a_batch_without_a_culprit_is_done_at_once() -> None:
    work = Work()
    assert await bisect_batch(range(1, 501), work.together, work.alone) == [[*range(1, 501)]]
    assert work.tries == 1


async def test_one_culprit_costs_twice_as_many_tries_as_there_are_halvings() -> None:
    work = Work(frozenset({300}))
    await bisect_batch(range(1, 513), work.together, work.alone)
    assert (work.aside, work.tries) == ([300], 1 + 2 * 9)


async def test_a_fault_of_a_server_splits_nothing() -> None:
    work = Work(frozenset({2}), TimeoutError)
    with pytest.raises(TimeoutError):
        await bisect_batch([1, 2, 3], work.together, work.alone)
    assert (work.tries, work.done) == (1, [])


async def test_what_fails_without_any_item_is_nobodys_fault() -> None:
    async def fails(_: Sequence[int]) -> None:
        raise ValueError

    async def alone(_: int, __: Exception) -> None:
        raise AssertionError

    with pytest.raises(ValueError, match=r"^$"):
        await bisect_batch([], fails, alone)
