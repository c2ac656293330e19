"""Who acts, as a person: the producer, and the official who acts for it where somebody has verified that.

Four eyes compare people. A producer's second key, another spelling of a name and another door are the same person. What
is compared stands in each event (CloudEvents' Auth Context), so a decision is the same whenever it is made again.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias, cast

Way: TypeAlias = Literal["app_user", "user"]
"""How an official is known (`authtype`): `app_user` is named by the signature of a producer that may name officials,
`user` has signed in at an identity provider and called over HTTP."""
_WAYS: Final = frozenset({"app_user", "user"})


@dataclass(frozen=True, slots=True)
class Person:
    """A producer, and the official who acts for it; None where nobody has verified who that is."""

    producer: str
    official: str | None = None
    way: Way | None = None

    def __str__(self) -> str:
        return self.producer if self.official is None else f"{self.producer}, {self.official}"


def person_of(kind: str, producer: str | None, actor: str | None, register: str | None) -> Person | None:
    """The person behind a command or an event, by its `authtype`, `authid`, `actor` and `authregister`.

    None where nobody is known: a policy acted, or no register of producers was in force.
    """
    if producer is None or register is None or kind == "system":
        return None
    official = same_spelling(actor or "") if kind in _WAYS else ""
    return Person(producer, official, cast(Way, kind)) if official else Person(producer)


def are_two(one: Person, other: Person) -> bool:
    """Whether these are certainly two people.

    Officials who are known in the same way are distinguished by their names, whoever they act for; all others by their
    producers alone.
    """
    if one.official is not None and other.official is not None and one.way == other.way:
        return one.official != other.official
    return one.producer != other.producer


class KeyHolder(Protocol):
    """Who signs with a key, by name."""

    @property
    def name(self) -> str: ...
    @property
    def public(self) -> bytes: ...


def people_at_least(holders: Collection[KeyHolder]) -> int:
    """How many people hold these keys at least, by name and key: one person has all of a name, and of a key."""
    return min(len({same_spelling(one.name) for one in holders}), len({one.public for one in holders}))


def same_spelling(name: str) -> str:
    """A name in the one spelling in which names are compared: NFKC_Casefold (Unicode, section 3.13), single spaces.

    So letter case, white space, compatibility forms and characters that nobody sees make no other person.
    """
    seen = (letter for letter in _nfkc(_nfkc(name).casefold()) if unicodedata.category(letter) not in ("Cf", "Cc"))
    return " ".join("".join(letter if not letter.isspace() else " " for letter in seen).split())


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
