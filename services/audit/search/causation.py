"""From any message to its causes and effects, across services: a tree, whose root has no cause in the log.

An event and an outcome name the record of their command (`causeplace`); those of an earlier version, and commands, name
an id. The events and outcomes of a policy's command are children of the event that triggered it, and a dead letter is a
child of the record that it was made of. The tree is bounded, and says where it was cut off.
"""

from collections.abc import Iterable, Mapping, Sequence
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
    """The name of that cause: of a record that cannot be found yet; or the id of a command that came over HTTP to an
    earlier version, or from another system."""
    cut: bool
    """Whether there are more messages than a tree may hold."""


def tree(messages: Iterable[IndexedMessage], subject: int, *, cut: bool) -> CausationTree:
    """The messages, each under its cause.

    The record that a service named is the cause, whatever else has the same id, and in whichever order the two were
    archived. An id alone, as commands and messages of an earlier version name their cause, means the first message with
    it, and an earlier one: effects of a command that was sent again are under the first. Nothing is under itself.
    """
    nodes = [CausationNode(message) for message in sorted(messages)]
    by_record = {name: node for node in nodes for name in _records(node.message)}
    by_id: dict[str, CausationNode] = {}
    for node in nodes:
        for name in _ids(node.message):
            by_id.setdefault(name, node)
    above: dict[int, CausationNode] = {}
    for names_record, causes in ((True, by_record), (False, by_id)):
        for node in [one for one in nodes if one.message.names_record is names_record]:
            cause = causes.get(node.message.cause or "")
            in_order = cause is not None and (names_record or cause.message.leaf < node.message.leaf)
            if cause is not None and in_order and not _is_under(cause, node, above):
                above[node.message.leaf] = cause
    roots: list[CausationNode] = []
    for node in nodes:
        (above[node.message.leaf].effects if node.message.leaf in above else roots).append(node)
    return CausationTree(roots, subject, roots[0].message.cause, cut)


def _is_under(node: CausationNode, other: CausationNode, above: Mapping[int, CausationNode]) -> bool:
    """Whether a node is another one, or under it."""
    while node is not other:
        if node.message.leaf not in above:
            return False
        node = above[node.message.leaf]
    return True


def _records(message: IndexedMessage) -> list[str]:
    """The names of its record, by which services refer to it."""
    return [name for name in (message.place, message.reference) if name]


def _ids(message: IndexedMessage) -> list[str]:
    """Its id, by which commands and messages of an earlier version refer to it."""
    return [message.id] if message.id and message.kind in ("command", "event") else []


async def of(connection: Connection, subject: IndexedMessage) -> CausationTree:
    """Follows causes upwards one by one, then effects downwards level by level, each with an index lookup."""
    chain = await _chain(connection, subject)
    messages = {message.leaf: message for message in chain}
    names, expanded = [chain[-1].cause] if chain[-1].cause else [], set[int]()
    cut = False
    while not cut and (level := [message for message in messages.values() if message.leaf not in expanded]):
        expanded |= {message.leaf for message in level}
        names += [name for message in level for name in (*_records(message), *_ids(message))]
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
    while len(chain) < CHAIN_MAX:
        cause = await cause_of(connection, chain[-1])
        if cause is None or cause in chain:
            break
        chain.append(cause)
    return chain


async def cause_of(connection: Connection, message: IndexedMessage) -> IndexedMessage | None:
    """The message that led to this one; None if it is not in the log, or not to be found yet."""
    if not message.cause:
        return None
    if message.names_record:
        row = await _record(connection, message.cause)
    else:
        row = await connection.fetchrow(sql()["with_id"], message.cause)
        row = None if row is None or row["leaf"] >= message.leaf else row
    return None if row is None else _message(row)


async def _record(connection: Connection, name: str) -> asyncpg.Record | None:
    """A record by its place, or by the reference of a command that came over HTTP."""
    topic, _, rest = name.partition("/")
    part, _, offset = rest.partition("/")
    if part.isdecimal() and offset.isdecimal() and len(part) < 10 and len(offset) < 19:
        return await connection.fetchrow(sql()["at"], topic, int(part), int(offset))
    return await connection.fetchrow(sql()["referred_to"], name)


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
