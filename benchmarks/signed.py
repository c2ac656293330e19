"""Signed commands beside unsigned ones: verify, decide and append on Postgres in one process; without Kafka.

Unsigned ones twice: without a register of producers, where everybody is believed, and of a registered producer with a
topic of its own, whose events name it as those of signed commands do. The rest is what the signature costs.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
from aiokafka import ConsumerRecord
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from pydantic import SecretStr

from benchmarks.measure import Measured
from contracts import command_topics
from contracts.cloudevents import Envelope
from contracts.raw_events import raw_from_kafka
from contracts.registry import commands_of
from contracts.verifiability import MATERIAL, SigningKey, sign
from kernel.command_service import MIGRATIONS
from kernel.decide import decode
from kernel.decide.command_handler import CommandHandler
from kernel.decide.record_decoder import RecordDecoder
from kernel.identity.intake import Senders
from kernel.identity.principal import Principal
from kernel.identity.register import Register
from kernel.identity.register_text import parse
from kernel.messaging.consumer import PARTS_MAX, Record, Records
from kernel.messaging.in_parts import in_parts
from kernel.model.records import DecodedCommand
from kernel.runtime.garbage import collect_seldom
from kernel.runtime.settings import Settings
from kernel.store.database import migrate, provision
from kernel.store.postgres import PostgresStore
from services.vacancies.app import SERVICE
from tests.faults import flow
from tests.foreign import binary
from tests.servers import Servers, fresh_database

BATCH = Settings().batch_records_max
POLLED = BATCH * PARTS_MAX
"""As many as one poll of a service that lags behind gives it."""
COMMANDS = 10_000
RECEIVED = datetime(2022, 7, 1, tzinfo=UTC)
PRODUCER = "bench"
WORDS = commands_of(SERVICE.name)
KEYS = {
    "Ed25519": SigningKey(ed25519.Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)),
    "P-256": SigningKey(ec.derive_private_key(1, ec.SECP256R1())),
}


UNREGISTERED, UNSIGNED = "no register", "of a registered producer's topic"


def run(servers: Servers) -> list[Measured]:
    """Candidates spread over many streams: unsigned without and with a register, then signed with each kind of key."""
    measured: list[Measured] = []
    for sender in (UNREGISTERED, UNSIGNED, *KEYS):
        one = _fresh(servers, sender)
        ratios = ", ".join(f"{before.seconds / one.seconds:.2f}" for before in measured[:2])
        measured.append(replace(one, note=f"{one.note}; {ratios} of the rate") if sender in KEYS else one)
    return measured


def _fresh(servers: Servers, sender: str) -> Measured:
    with fresh_database(servers) as name:
        return asyncio.run(_measure(servers, name, sender))


async def _measure(servers: Servers, name: str, sender: str) -> Measured:
    events = [event for nr in range(COMMANDS // 2) for event in flow.candidate(nr)]
    topic = command_topics.own(SERVICE.name, PRODUCER) if sender == UNSIGNED else command_topics.shared(SERVICE.name)
    records = [_record(topic, offset, event, KEYS.get(sender)) for offset, event in enumerate(events)]
    register = None if sender == UNREGISTERED else _register(events[0]["source"], must_sign=sender in KEYS)
    await provision(servers.database(name), SERVICE.name, "bench")
    url = servers.as_role(SERVICE.name, "bench", name)
    await migrate(SecretStr(url), MIGRATIONS)
    async with asyncpg.create_pool(url, min_size=1, max_size=4) as pool:
        store = PostgresStore(pool)
        handler = CommandHandler(SERVICE.decider, store, service=SERVICE.name, streams_cached_max=10_000)
        decoder = RecordDecoder(SERVICE.name, _decode, _no_reactions, Senders(lambda: register))

        async def handle(part: Records) -> bool:
            batch = await decoder.decode_batch(part, store)
            answers = await handler.handle(batch.commands, batch.dead_letters)
            if batch.dead_letters or any(answer.status != "accepted" for answer in answers):
                raise AssertionError(batch.dead_letters or answers)
            return True

        collect_seldom()  # as a service does at its start; what was prepared here is no part of a service
        started = time.perf_counter()
        for first in range(0, len(records), POLLED):
            await in_parts(records[first : first + POLLED], BATCH, decoder.expect, handle)
        note = f"verified by {sender}" if sender in KEYS else sender
        what = f"decide {'signed' if sender in KEYS else 'unsigned'} commands: {SERVICE.name}"
        return Measured(what, len(records), time.perf_counter() - started, note)


def _record(topic: str, offset: int, event: flow.Event, key: SigningKey | None) -> Record:
    record_key, value, headers = binary(event)
    if key is not None:
        raw = raw_from_kafka(value, headers)
        headers = [*headers, (f"ce_{MATERIAL}", sign(raw.attributes, raw.data, key).encode())]
    return ConsumerRecord(
        **{"topic": topic, "partition": 0, "offset": offset, "timestamp": 0, "timestamp_type": 0},
        **{"key": record_key, "value": value, "checksum": None, "serialized_key_size": 0, "serialized_value_size": 0},
        headers=headers,
    )


def _register(source: str, *, must_sign: bool) -> Register:
    keys = [f"key {key.public.text} from 2020-01-01T00:00:00Z" for key in KEYS.values()]
    door = ["must-sign"] if must_sign else [f"broker {PRODUCER}", f"topic {command_topics.own(SERVICE.name, PRODUCER)}"]
    lines = [f"producer {PRODUCER}", f"source {source}", *keys, *door, f"command {SERVICE.name}.*", "contributor KAZ"]
    return parse("\n".join(["forcegen producers", "version 1", *lines, ""]))


def _decode(envelope: Envelope, principal: Principal, _: str) -> DecodedCommand:
    return decode.command(envelope, WORDS, received=RECEIVED, bytes_max=262_144, principal=principal)


def _no_reactions(*_: object) -> Sequence[DecodedCommand]:
    raise AssertionError("no event is read here")
