"""Each room's table of commands: every command of its contract, each with a function that takes it."""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest

from contracts import approvals as approvals_words
from contracts import deployments as deployments_words
from contracts import vacancies as vacancies_words
from contracts.words import Command
from services.approvals import commands as approvals
from services.deployments import commands as deployments
from services.vacancies import commands as vacancies

ROOMS: Mapping[ModuleType, tuple[Mapping[type[Command], Callable[..., Any]], ...]] = {
    approvals_words: (approvals.ANSWERS, approvals.ANSWERS_ACROSS),
    deployments_words: (deployments.ANSWERS, deployments.ANSWERS_ACROSS),
    vacancies_words: (vacancies.ANSWERS,),
}


@pytest.mark.parametrize("words", ROOMS, ids=lambda words: words.__name__)
def test_every_command_of_a_room_has_one_answer(words: ModuleType) -> None:
    taken = [command for answers in ROOMS[words] for command in answers]
    assert len(taken) == len(set(taken))
    assert set(taken) == set(words.COMMANDS)


@pytest.mark.parametrize("words", ROOMS, ids=lambda words: words.__name__)
def test_every_answer_is_written_for_its_command(words: ModuleType) -> None:
    for command, answer in (pair for answers in ROOMS[words] for pair in answers.items()):
        hints = get_type_hints(answer).values()
        assert command in {one for hint in hints for one in (hint, *get_args(hint))}, (command, answer)
