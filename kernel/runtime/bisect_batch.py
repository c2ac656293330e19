"""Bisects a batch that one item makes fail, until that item stands alone; the others go on.

The caller decides whose fault a failure is, and what happens to the item at fault.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from kernel.runtime.faults import is_passing

T = TypeVar("T")
R = TypeVar("R")


def is_of_the_data(fault: Exception) -> bool:
    """Whether the same work would fail again because the fault is not a server's."""
    return not is_passing(fault)


async def bisect_batch(
    items: Sequence[T],
    together: Callable[[Sequence[T]], Awaitable[R]],
    alone: Callable[[T, Exception], Awaitable[R]],
    *,
    splits: Callable[[Exception], bool] = is_of_the_data,
) -> list[R]:
    """Run `together` on all items, or on parts of them in order; returns the results of the parts, in order.

    A part that fails with a fault for which `splits` holds is halved; a single item goes to `alone`, with its fault.

    Raises:
        Exception: a fault that does not split, one of `alone`, or one without any item to blame. Work on earlier parts
            stands.
    """
    try:
        return [await together(items)]
    except Exception as fault:
        if not items or not splits(fault):
            raise
        if len(items) == 1:
            return [await alone(items[0], fault)]
    half = len(items) // 2
    first = await bisect_batch(items[:half], together, alone, splits=splits)
    return first + await bisect_batch(items[half:], together, alone, splits=splits)
