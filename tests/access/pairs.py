"""The comparison of a table of rights with what a running system does, for any kind of object. Pure.

An object that stands in no table is an objection, as is one of the table that is not there: a table is the whole of it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Rights: TypeAlias = Mapping[str, Mapping[str, Collection[str]]]
"""By object and principal: the actions that are allowed."""
Attempt: TypeAlias = tuple[str, str, str]
"""Object, principal, action."""
WORKS: Final = "works"
REFUSED: Final = "refused"
"""Refused as it should be: any other refusal is written out."""


@dataclass(frozen=True)
class Door:
    """What is behind one kind of door, what its table says, and what happened at each attempt."""

    table: Rights
    there: Collection[str]
    """The objects, as the running system lists them."""
    principals: Collection[str]
    actions: Mapping[str, Collection[str]]
    """By object: what can be tried on it."""
    answers: Mapping[Attempt, str] = field(default_factory=dict)

    def objections(self) -> list[str]:
        """Each difference, in words; none where the table is the whole truth."""
        return [*self._of_objects(), *self._of_principals(), *self._of_pairs()]

    def attempts(self) -> Iterator[Attempt]:
        """Every pair of a principal and an object that is in the table, with every action."""
        for object_ in sorted(self.there):
            if object_ in self.table:
                yield from ((object_, who, what) for who in self.principals for what in self.actions[object_])

    def allows(self, attempt: Attempt) -> bool:
        """What the table says of an attempt."""
        object_, principal, action = attempt
        return action in self.table[object_].get(principal, ())

    def _of_objects(self) -> Iterator[str]:
        for object_ in sorted(set(self.there) - self.table.keys()):
            yield f"{object_} is in no table: say who may use it"
        for object_ in sorted(self.table.keys() - set(self.there)):
            yield f"{object_} is in the table and not there"

    def _of_principals(self) -> Iterator[str]:
        named = {principal for row in self.table.values() for principal in row}
        for principal in sorted(named - set(self.principals)):
            yield f"{principal} is in the table and was not tried"

    def _of_pairs(self) -> Iterator[str]:
        for attempt in self.attempts():
            object_, principal, action = attempt
            expected = WORKS if self.allows(attempt) else REFUSED
            got = self.answers.get(attempt, "not tried")
            if got != expected:
                yield f"{principal}: {action} {object_}: {got}, and the table says that it {_words(expected)}"


def _words(expected: str) -> str:
    return "works" if expected == WORKS else "is refused"
