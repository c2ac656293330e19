"""The last position of a service's log that each partition of a topic holds, read from the partition itself.

A record is the log's own if the log has exactly this record at the position that it states. Others may have written to
the topic as well: data that no client library can decode, copies of our own records, aborted transactions.
"""

from collections.abc import Collection

from aiokafka import TopicPartition

from kernel.messaging import kafka
from kernel.messaging.outbox import POSITIONS, OutboxRecord, ReadOutbox
from kernel.messaging.raw_batches import RawRecord
from kernel.messaging.raw_reader import RawReader
from kernel.runtime.settings import Settings

_LOOK_BACK = 32
"""How many offsets at a partition's end are searched for its last own record; ten times more in each further try."""


async def held_positions(
    settings: Settings, topic: str, partitions: Collection[int], read: ReadOutbox
) -> dict[int, int]:
    """The last position of our log that each partition of the topic holds."""
    reader = RawReader(kafka.client(await kafka.answering(settings)))
    try:
        tops = [TopicPartition(topic, partition) for partition in sorted(partitions)]
        held = {tp.partition: await _last_held(reader, tp, read) for tp in tops}
        return {partition: position for partition, position in held.items() if position}
    finally:
        await reader.close()


async def _last_held(reader: RawReader, tp: TopicPartition, read: ReadOutbox) -> int:
    """Search backwards from the end for a record that the log confirms as its own."""
    first, end = await reader.first_offset(tp), await reader.end_offset(tp)
    back, below = _LOOK_BACK, end
    while first < below:
        start = max(first, end - back)
        if position := await _latest_own(reader, tp, range(start, below), read):
            return position
        back, below = back * 10, start
    return 0


async def _latest_own(reader: RawReader, tp: TopicPartition, offsets: range, read: ReadOutbox) -> int:
    """The highest position among these offsets; one fetch is in memory at a time."""
    latest, at = 0, offsets.start
    while at < offsets.stop:
        fetched = await reader.fetch(tp, at)
        for batch in fetched.batches:
            if batch.is_control or batch.is_transactional:  # the relay sends without transactions
                continue
            for record in batch.records:
                if at <= record.offset < offsets.stop:
                    latest = max(latest, await _confirmed(record, read))
        ends = [batch.next_offset for batch in fetched.batches if batch.next_offset > at]
        if not ends:  # what was there is compacted away
            break
        at = ends[-1]
    return latest


async def _confirmed(record: RawRecord, read: ReadOutbox) -> int:
    """The position that a record states, if the log has exactly this record there; otherwise 0."""
    stated = next((value for name, value in record.headers if name in POSITIONS and value), b"")
    if not stated.isdigit() or len(stated) > 18:
        return 0
    rows = await read(int(stated) - 1, 1)
    ours = [row for row in rows if isinstance(row, OutboxRecord) and _is(row, record)]
    return ours[0].position if ours else 0


def _is(row: OutboxRecord, record: RawRecord) -> bool:
    return (row.key, row.value, row.headers) == (record.key, record.value or b"", record.headers)
