"""What an archived command proves of its sender: its signature, verified again now, over the bytes as they came.

The deciding service verified it once and put the result on record; nothing here relies on that. The key is that of the
register of producers which the service named, and it counts if it counted when the command reached the system.
"""

from dataclasses import dataclass
from typing import Final

import asyncpg

from contracts.raw_events import RawEvent, raw_from_kafka
from contracts.verifiability import MATERIAL, NotVerifiable, PublicKey, Verified, verify
from kernel.model.admitted import arrived
from kernel.store.postgres import Connection
from services.audit.archive.writer import Row, archived
from services.audit.search import registers
from services.audit.search.indexer import IndexedMessage
from services.audit.search.registers import KeptRegister
from services.audit.tlog.leaf import unpacked

UNKNOWN_REGISTER: Final = "no register of producers is known here that names this source"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who signed a command, and whether that holds."""

    is_signed: bool
    producer: str | None = None
    """The registered producer to which the source belongs."""
    register: KeptRegister | None = None
    """By which it was verified now."""
    verified: Verified | None = None
    key: PublicKey | None = None
    """The key under which the signature holds."""
    failure: str | None = None
    """Why the signature is not verified."""
    outcome: IndexedMessage | None = None
    """The answer, with what the deciding service verified when the command came."""


async def of_command(connection: Connection, message: IndexedMessage, row: asyncpg.Record) -> Evidence | None:
    """The evidence of a command's record; None for other kinds of message."""
    if message.kind != "command":
        return None
    names = [name for name in (message.place, message.reference) if name]
    answered = await connection.fetchrow(registers.sql()["outcome_of"], names)
    outcome = None if answered is None else IndexedMessage(*answered)
    reference = message.authregister or (outcome.authregister if outcome else None)
    return evidence(row, await registers.named(connection, reference), outcome)


def evidence(row: Row, register: KeptRegister | None, outcome: IndexedMessage | None) -> Evidence:
    """The evidence of a record under a register."""
    (topic, _, _), timestamp_ms, _, packed, value = archived(row)
    headers = unpacked(packed)
    try:
        raw = raw_from_kafka(value, headers)
    except NotVerifiable as fault:
        return Evidence(is_signed=False, failure=str(fault), outcome=outcome)
    if raw.attributes.get(MATERIAL) in (None, ""):
        return Evidence(is_signed=False, register=register, outcome=outcome, producer=_owner(register, raw))
    producer = register.register.owner(str(raw.attributes.get("source"))) if register else None
    if register is None or producer is None:
        return Evidence(is_signed=True, failure=UNKNOWN_REGISTER, register=register, outcome=outcome)
    keys = producer.keys_at(arrived(topic, timestamp_ms, headers))
    try:
        verified = verify(raw.attributes, raw.data, keys)
    except NotVerifiable as fault:
        return Evidence(True, producer.name, register, failure=f"{fault.reason}: {fault.message}", outcome=outcome)
    key = next(one for one in keys if one.id == verified.key_id)
    return Evidence(True, producer.name, register, verified, key, outcome=outcome)


def _owner(register: KeptRegister | None, raw: RawEvent) -> str | None:
    producer = register.register.owner(str(raw.attributes.get("source"))) if register else None
    return producer.name if producer else None
