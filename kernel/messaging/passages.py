"""Passages: what lies between two offsets of a partition, records or a reason why there are none.

Offsets of a partition may jump: over transaction marks, aborted transactions, compacted records, and records that
retention or an administrator deleted. Every jump is either explained by what the broker holds there, and then put on
record, or it is a fault of the reader, and then what lies there is read. No offset is passed over silently. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from aiokafka import ConsumerRecord
from aiokafka.record.control_record import ABORT_MARKER, ControlRecord

from kernel.messaging.raw_batches import RawBatch, RawRecord
from kernel.model.records import Passage

BROKEN_HEADER: Final = "forcegen-broken-batch"
"""The header that states why a batch cannot be decoded, on the record that stands for it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A broker's answer to one fetch of a partition."""

    topic: str
    partition: int
    log_start: int
    """The first offset that the partition still holds."""
    last_stable: int
    """The last stable offset: no open transaction lies before it."""
    aborted: Sequence[tuple[int, int]]
    """(producer id, first offset) of each aborted transaction in the fetched range."""
    batches: Sequence[RawBatch]


class BrokenRecord(ConsumerRecord[bytes | None, bytes | None]):  # type: ignore[misc]
    """A record that stands for a whole batch that cannot be decoded; its value is the batch's bytes."""


Record: TypeAlias = "ConsumerRecord[bytes | None, bytes | None]"
Piece: TypeAlias = "ConsumerRecord[bytes | None, bytes | None] | Passage"


@dataclass
class PolledBatch:
    """The result of one poll: records in order, and the passages between and behind them."""

    records: list[Record] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)

    def add(self, following: Iterable[Piece]) -> None:
        """Add what follows in one partition."""
        for piece in following:
            (self.passages if isinstance(piece, Passage) else self.records).append(piece)

    def __bool__(self) -> bool:
        return bool(self.records or self.passages)


def pieces(fetched: Fetched, start: int, end: int | None = None) -> Iterator[Piece]:
    """Everything from `start` on, in order and without a gap, as far as was fetched, or up to but excluding `end`."""
    place = (fetched.topic, fetched.partition)
    at = start
    if at < fetched.log_start:
        at = _least(fetched.log_start, end)
        yield Passage(*place, start, at, "deleted")
    aborting = _Aborting(fetched.aborted)
    for batch in fetched.batches:
        taken_back = aborting.takes_back(batch)
        for piece in _of_batch(place, batch, taken_back=taken_back):
            first, behind = _span(piece)
            if end is not None and max(at, first) >= end:
                return
            if behind <= at:
                continue
            if first > at:
                yield Passage(*place, at, _least(first, end), "compacted")
            if isinstance(piece, Passage):
                yield Passage(*place, max(at, first), _least(behind, end), piece.reason)
            else:
                yield piece
            at = behind


def _span(piece: Piece) -> tuple[int, int]:
    return (piece.start, piece.end) if isinstance(piece, Passage) else (piece.offset, piece.offset + 1)


def _least(offset: int, end: int | None) -> int:
    return offset if end is None else min(offset, end)


def _of_batch(place: tuple[str, int], batch: RawBatch, *, taken_back: bool) -> Iterator[Piece]:
    """The records of a batch, with a passage behind them if its last records are gone."""
    if batch.is_control:
        yield Passage(*place, batch.base_offset, batch.next_offset, "transaction mark")
    elif taken_back:
        yield Passage(*place, batch.base_offset, batch.next_offset, "aborted transaction")
    elif batch.fault is not None:
        yield _broken(place, batch, batch.fault)
        if batch.next_offset > batch.base_offset + 1:
            yield Passage(*place, batch.base_offset + 1, batch.next_offset, "kept whole")
    else:
        yield from (_record(place, raw) for raw in batch.records)
        last = batch.records[-1].offset + 1 if batch.records else batch.base_offset
        if last < batch.next_offset:
            yield Passage(*place, last, batch.next_offset, "compacted")


def _record(place: tuple[str, int], raw: RawRecord) -> "ConsumerRecord[bytes | None, bytes | None]":
    sizes = (-1 if raw.key is None else len(raw.key), -1 if raw.value is None else len(raw.value))
    return ConsumerRecord(*place, raw.offset, raw.timestamp, 0, raw.key, raw.value, None, *sizes, raw.headers)


def _broken(place: tuple[str, int], batch: RawBatch, fault: str) -> BrokenRecord:
    headers = ((BROKEN_HEADER, fault.encode()),)
    return BrokenRecord(
        *place, batch.base_offset, batch.timestamp, 0, None, batch.raw, None, -1, len(batch.raw), headers
    )


class _Aborting:
    """Tracks, batch by batch, which producers are in an aborted transaction."""

    def __init__(self, aborted: Sequence[tuple[int, int]]) -> None:
        self._coming = sorted(aborted, key=lambda transaction: transaction[1], reverse=True)
        self._producers: set[int] = set()

    def takes_back(self, batch: RawBatch) -> bool:
        while self._coming and self._coming[-1][1] <= batch.base_offset:
            self._producers.add(self._coming.pop()[0])
        if batch.is_control and _is_abort(batch):
            self._producers.discard(batch.producer_id)
        return batch.is_transactional and not batch.is_control and batch.producer_id in self._producers


def _is_abort(batch: RawBatch) -> bool:
    key = batch.records[0].key if batch.records else None
    return key is not None and len(key) >= 4 and bool(ControlRecord.parse(key) == ABORT_MARKER)
