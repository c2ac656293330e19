"""Given an answer that is kept, when somebody asks the same, then it is made anew exactly if the views have changed."""

import asyncio
from datetime import UTC, datetime

import pytest

from services.reporting.query.kept import AN_ANSWER, KeptAnswers, ViewsState

STARTED = datetime(2026, 1, 1, tzinfo=UTC)


class Views:
    """Views that somebody changes; an answer is the number of the change that it was made at."""

    def __init__(self) -> None:
        self.last, self.made, self.started = 0, 7, STARTED
        self.answered = 0
        self.kept = KeptAnswers()
        self.changes_meanwhile = False

    async def state(self) -> ViewsState:
        return self.last, self.made, self.started

    async def make(self) -> int:
        self.answered += 1
        read = self.last
        await asyncio.sleep(0)
        self.last += self.changes_meanwhile
        return read

    async def ask(self, key: str = "strength") -> int:
        return await self.kept.of(key, self.state, self.make, lambda _: 100)


async def test_the_same_question_is_answered_once_until_something_changes() -> None:
    views = Views()
    assert [await views.ask(), await views.ask(), views.answered] == [0, 0, 1]
    views.last = 3
    assert [await views.ask(), await views.ask(), views.answered] == [3, 3, 2]


@pytest.mark.parametrize("changed", [{"made": 8}, {"started": datetime(2026, 1, 2, tzinfo=UTC)}, {"last": -1}])
async def test_a_rebuild_and_a_restored_backup_are_changes_too(changed: dict[str, object]) -> None:
    views = Views()
    await views.ask()
    vars(views).update(changed)
    await views.ask()
    assert views.answered == 2


async def test_what_changed_while_an_answer_was_made_is_not_kept() -> None:
    views = Views()
    views.changes_meanwhile = True
    assert [await views.ask(), await views.ask(), views.answered] == [0, 1, 2]


async def test_of_many_who_ask_at_once_one_makes_the_answer() -> None:
    views = Views()
    answers = await asyncio.gather(*(views.ask() for _ in range(50)), *(views.ask("headroom") for _ in range(50)))
    assert (set(answers), views.answered) == ({0}, 2)


async def test_what_fails_is_made_again_and_stops_nobody() -> None:
    views = Views()

    async def fail() -> int:
        views.answered += 1
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            await views.kept.of("strength", views.state, fail, lambda _: 1)
    assert (await views.ask(), views.answered) == (0, 3)


async def test_who_leaves_lets_the_next_one_make_the_answer() -> None:
    views = Views()
    first, second = asyncio.create_task(views.ask()), asyncio.create_task(views.ask())
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 0


async def test_what_nobody_has_read_for_the_longest_is_dropped() -> None:
    views = Views()
    views.kept.values_max = 2 * (AN_ANSWER + 100)
    for key in ("a", "b", "a", "c", "a"):  # c takes the place of b
        await views.ask(key)
    assert views.answered == 3
    await views.ask("b")
    assert views.answered == 4
    views.kept.values_max = 10  # too little for any
    assert [await views.ask("d"), await views.ask("d"), views.answered] == [0, 0, 6]
