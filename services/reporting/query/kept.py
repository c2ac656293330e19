"""Answers that are kept until the views change, so that whoever asks the same again waits for no report.

A transaction that changes rows of the views raises the number in `change_head`, and locks it until the commit
(queries/change.sql): where the number is the same, the rows are. An answer is kept under the state of the views that
was read before and after it; when somebody asks the same, one short query tells whether that is still the state.
So an answer is never older than the moment at which it is asked for.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias, TypeVar, cast
from weakref import WeakValueDictionary

T = TypeVar("T")
ViewsState: TypeAlias = tuple[int, int, datetime]
"""The number of the last change, the identity of the table that has it (a rebuild puts another in its place), and when
the server was started (what restores a backup restarts it)."""
VALUES_MAX: Final = 300_000
"""How many values all answers together may have; the answers that nobody has read for the longest are dropped."""
AN_ANSWER: Final = 200
"""What an answer counts for besides its values."""


@dataclass(frozen=True, slots=True)
class _Kept:
    state: ViewsState
    answer: object
    size: int


@dataclass
class KeptAnswers:
    """The answers that a process keeps.

    Of several who ask the same at once, one makes the answer and the others wait for it: after a change, every open
    page asks again.
    """

    values_max: int = VALUES_MAX
    _answers: OrderedDict[Hashable, _Kept] = field(default_factory=OrderedDict)
    _turns: WeakValueDictionary[Hashable, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _size: int = 0

    async def of(
        self,
        key: Hashable,
        state: Callable[[], Awaitable[ViewsState]],
        make: Callable[[], Awaitable[T]],
        size: Callable[[T], int],
    ) -> T:
        """The answer to a question, kept or made; what `make` raises is raised, and not kept.

        Args:
            key: all that the answer depends on besides the rows of the views, the scope of who asks included.
            state: reads the state of the views.
            size: the number of values in an answer.
        """
        turn = self._turns.setdefault(key, asyncio.Lock())
        async with turn:
            before = await state()
            kept = self._answers.get(key)
            if kept is not None and kept.state == before:
                self._answers.move_to_end(key)
                return cast(T, kept.answer)
            answer = await make()
            if await state() == before:
                self._keep(key, _Kept(before, answer, AN_ANSWER + size(answer)))
            return answer

    def _keep(self, key: Hashable, kept: _Kept) -> None:
        replaced = self._answers.pop(key, None)
        self._answers[key] = kept
        self._size += kept.size - (replaced.size if replaced else 0)
        while self._size > self.values_max:
            _, dropped = self._answers.popitem(last=False)
            self._size -= dropped.size
