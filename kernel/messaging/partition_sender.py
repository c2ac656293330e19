"""Sends one partition's rows batch after batch, so that no row arrives before the row ahead of it.

A batch that the broker refuses ends the sending of its partition: the sequence numbers that guarantee order and no
duplicates are used up, and a broker that does not know the producer yet would accept the next batch as the first.
Whether a row is at fault shows when it is alone in its batch, and is refused again.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTimestampError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
    UnknownError,
    UnsupportedForMessageFormatError,
)
from aiokafka.producer.message_accumulator import BatchBuilder

from kernel.messaging.outbox import OutboxRecord
from kernel.messaging.outbox_progress import Block, Suspects

REFUSALS: Final = (
    InvalidTimestampError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
    UnknownError,  # also what a newer broker answers for a record that it considers invalid (87)
    UnsupportedForMessageFormatError,
)
"""Errors about the bytes of a batch; none of them is transient. All other errors are the broker's own fault."""


async def send_in_order(
    producer: AIOKafkaProducer, topic: str, partition: int, rows: Sequence[OutboxRecord], alone_up_to: int
) -> Block | Suspects | None:
    """Send one partition's rows and wait until all have arrived; returns what stopped them, if anything did.

    Raises:
        KafkaError: a fault of the broker or of the connection to it.
    """
    try:
        for batch, last, is_single in _batches(producer, rows, alone_up_to):
            try:
                arrival = await producer.send_batch(batch, topic, partition=partition)
                await asyncio.shield(arrival)  # a client that stops uses this future to wait for sends in flight
            except REFUSALS as fault:
                is_shown = is_single and last <= alone_up_to
                return Block(last, f"Kafka refuses it: {type(fault).__name__}") if is_shown else Suspects(last)
    except _Unfit as unfit:
        return Block(unfit.position, unfit.reason)
    return None


class _Unfit(Exception):
    def __init__(self, position: int, fault: Exception) -> None:
        self.position = position
        self.reason = f"its bytes make no record ({type(fault).__name__})"


def _batches(
    producer: AIOKafkaProducer, rows: Sequence[OutboxRecord], alone_up_to: int
) -> Iterator[tuple[BatchBuilder, int, bool]]:
    """Full batches, the position of the last row of each, and whether it is the only one."""
    batch, first, last = producer.create_batch(), 0, 0
    for row in rows:
        fault = _append(batch, row) if not (last and last <= alone_up_to) else _Full()
        if isinstance(fault, _Full):
            yield batch, last, first == last
            batch, first = producer.create_batch(), 0
            fault = _append(batch, row)
        if fault is not None:
            if first:
                yield batch, last, first == last
            raise _Unfit(row.position, fault) from fault
        first, last = first or row.position, row.position
    if first:
        yield batch, last, first == last


class _Full(Exception):
    pass


def _append(batch: BatchBuilder, row: OutboxRecord) -> Exception | None:
    """Add a row to a batch; returns the reason if it cannot be added."""
    try:
        metadata = batch.append(timestamp=None, key=row.key, value=row.value, headers=list(row.headers))
    except (TypeError, ValueError, OverflowError, MemoryError) as fault:
        return fault
    return None if metadata is not None else _Full()
