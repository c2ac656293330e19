"""From any message to its causes and effects, across services: a tree, whose root has no cause in the log.

An event and an outcome name their command. The events and outcomes of a policy's command are children of the event that
triggered it, and a dead letter is a child of the record that it was made of. The tree is bounded, and says where it was
cut off.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from kernel.store.postgres import Connection
from services.audit.search.indexer import IndexedMessage, sql

MESSAGES_MAX: Final = 500
"""Messages of one tree."""
CHAIN_MAX: Final = 100
"""Causes that are followed upwards."""


@dataclass(frozen=True, slots=True)
class CausationNode:
    """A message and its effects, in the order of archiving."""

    message: IndexedMessage
    effects: list["CausationNode"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CausationTree:
    """All messages that are causally related to one message."""

    roots: Sequence[CausationNode]
    """One root, or every effect of a cause that is not in the log."""
    subject: int
    """The leaf of the message whose causes these are."""
    beyond: str | None
    """The id of that cause: a command that came over HTTP, or from another system."""
    cut: bool
    """Whether there are more messages than a tree may hold."""


def tree(messages: Iterable[IndexedMessage], subject: int, *, cut: bool) -> CausationTree:
    """The messages, each under its cause. Memory and time are linear in the number of messages.

    A command that was sent again has one id twice: its effects are under the first.
    """
    causes = [CausationNode(message) for message in sorted(messages)]
    first: dict[str, CausationNode] = {}
    for cause in causes:
        for name in _names(cause.message):
            first.setdefault(name, cause)
    roots = []
    for cause in causes:
        cause_node = first.get(cause.message.cause or "")
        if (
            cause_node is not None and cause_node.message.leaf < cause.message.leaf
        ):  # a cause precedes its effects, so there are no cycles
            cause_node.effects.append(cause)
        else:
            roots.append(cause)
    return CausationTree(roots, subject, roots[0].message.cause, cut)


def _names(message: IndexedMessage) -> list[str]:
    """The names by which its effects refer to it."""
    return [name for name in (message.id if message.kind in ("command", "event") else None, message.place) if name]


async def of(connection: Connection, subject: IndexedMessage) -> CausationTree:
    """Follows causes upwards one by one, then effects downwards level by level, each with an index lookup."""
    chain = await _chain(connection, subject)
    messages = {message.leaf: message for message in chain}
    names, expanded = [chain[-1].cause] if chain[-1].cause else [], set[int]()
    cut = False
    while not cut and (level := [message for message in messages.values() if message.leaf not in expanded]):
        expanded |= {message.leaf for message in level}
        names += [name for message in level for name in _names(message)]
        rows = await connection.fetch(sql()["effects"], names, MESSAGES_MAX + 1)
        new = [message for message in map(_message, rows) if message.leaf not in messages]
        cut = len(rows) > MESSAGES_MAX or len(messages) + len(new) > MESSAGES_MAX
        messages |= {message.leaf: message for message in new[: max(0, MESSAGES_MAX - len(messages))]}
        names = []
    return tree(messages.values(), subject.leaf, cut=cut)


def _message(row: asyncpg.Record) -> IndexedMessage:
    return IndexedMessage(*row)


async def _chain(connection: Connection, subject: IndexedMessage) -> list[IndexedMessage]:
    """The message and its chain of causes, as far as the log has it."""
    chain = [subject]
    while chain[-1].cause and len(chain) < CHAIN_MAX:
        row = await connection.fetchrow(sql()["with_id"], chain[-1].cause) or await _at(connection, chain[-1])
        if row is None or row["leaf"] >= chain[-1].leaf:
            break
        chain.append(IndexedMessage(*row))
    return chain


async def _at(connection: Connection, message: IndexedMessage) -> asyncpg.Record | None:
    """The record that a dead letter was made of, by its place."""
    topic, _, rest = (message.cause or "").partition("/")
    part, _, offset = rest.partition("/")
    if not (part.isdecimal() and offset.isdecimal() and len(part) < 10 and len(offset) < 19):
        return None
    return await connection.fetchrow(sql()["at"], topic, int(part), int(offset))


def as_json(causation: CausationTree) -> dict[str, object]:
    """The tree in the form of the API."""
    return {
        "subject": causation.subject,
        "beyond": causation.beyond,
        "cut": causation.cut,
        "trees": [_node_json(root) for root in causation.roots],
    }


def _node_json(cause: CausationNode) -> dict[str, object]:
    return {**cause.message._asdict(), "caused": [_node_json(each) for each in cause.effects]}
