"""From any message to what caused it, and what it caused, across rooms: a tree, whose root nothing in the log caused.

An event and an outcome name their command; those of a policy's command hang under the event that it followed, and a
dead letter under the record that it buries. The tree is bounded: what was cut off is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kernel.store.postgres import Connection
from services.audit.search.indexer import IndexedMessage, sql

MESSAGES_MAX: Final = 500
"""Of one tree."""
CHAIN_MAX: Final = 100
"""Causes that are followed upwards."""


@dataclass(frozen=True, slots=True)
class CausationNode:
    """A message and what it led to, in the order of archiving."""

    message: IndexedMessage
    effects: list["CausationNode"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CausationTree:
    """All that hangs together with a message."""

    roots: Sequence[CausationNode]
    """One; or all that a cause led to which is not in the log."""
    asked: int
    """The leaf of the message that was asked about."""
    beyond: str | None
    """The id of that cause: a command that came over HTTP, or of another system."""
    cut: bool
    """Whether there is more than a tree may hold."""


def tree(messages: Iterable[IndexedMessage], asked: int, *, cut: bool) -> CausationTree:
    """The messages, each under what led to it. Memory and time: in the number of messages.

    A command that was sent again has one id twice: what it led to hangs under the first.
    """
    causes = [CausationNode(one) for one in sorted(messages)]
    first: dict[str, CausationNode] = {}
    for cause in causes:
        for name in _names(cause.message):
            first.setdefault(name, cause)
    roots = []
    for cause in causes:
        led = first.get(cause.message.cause or "")
        if led is not None and led.message.leaf < cause.message.leaf:  # so there is no going round in circles
            led.effects.append(cause)
        else:
            roots.append(cause)
    return CausationTree(roots, asked, roots[0].message.cause, cut)


def _names(message: IndexedMessage) -> list[str]:
    """By what its effects call it."""
    return [name for name in (message.id if message.kind in ("command", "event") else None, message.place) if name]


async def of(connection: Connection, asked: IndexedMessage) -> CausationTree:
    """Upwards one by one, then downwards level by level: each an index lookup."""
    chain = await _chain(connection, asked)
    found = {one.leaf: one for one in chain}
    names, looked_at = [chain[-1].cause] if chain[-1].cause else [], set[int]()
    cut = False
    while not cut and (level := [one for one in found.values() if one.leaf not in looked_at]):
        looked_at |= {one.leaf for one in level}
        names += [name for one in level for name in _names(one)]
        rows = await connection.fetch(sql()["effects"], names, MESSAGES_MAX + 1)
        new = [one for one in map(_message, rows) if one.leaf not in found]
        cut = len(rows) > MESSAGES_MAX or len(found) + len(new) > MESSAGES_MAX
        found |= {one.leaf: one for one in new[: max(0, MESSAGES_MAX - len(found))]}
        names = []
    return tree(found.values(), asked.leaf, cut=cut)


def _message(row: Any) -> IndexedMessage:
    return IndexedMessage(*row)


async def _chain(connection: Connection, asked: IndexedMessage) -> list[IndexedMessage]:
    """The message and all that led to it, as far as the log has it."""
    chain = [asked]
    while chain[-1].cause and len(chain) < CHAIN_MAX:
        row = await connection.fetchrow(sql()["with_id"], chain[-1].cause) or await _at(connection, chain[-1])
        if row is None or row["leaf"] >= chain[-1].leaf:
            break
        chain.append(IndexedMessage(*row))
    return chain


async def _at(connection: Connection, message: IndexedMessage) -> Any:
    """What a dead letter buries, by its place."""
    topic, _, rest = (message.cause or "").partition("/")
    part, _, offset = rest.partition("/")
    if not (part.isdecimal() and offset.isdecimal() and len(part) < 10 and len(offset) < 19):
        return None
    return await connection.fetchrow(sql()["at"], topic, int(part), int(offset))


def as_json(found: CausationTree) -> dict[str, Any]:
    """The tree as the API tells it."""
    return {
        "asked": found.asked,
        "beyond": found.beyond,
        "cut": found.cut,
        "trees": [_told(root) for root in found.roots],
    }


def _told(cause: CausationNode) -> dict[str, Any]:
    return {**cause.message._asdict(), "caused": [_told(each) for each in cause.effects]}
