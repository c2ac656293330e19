"""Between two offsets there is a record or a reason, whatever the broker holds there; never nothing."""

from hypothesis import given
from hypothesis import strategies as st

from kernel.messaging.passages import BrokenRecord, Fetched, Piece, pieces
from kernel.messaging.raw_batches import RawBatch, RawRecord
from kernel.model.records import Passage

ABORT, COMMIT = b"\0\0\0\0", b"\0\0\0\1"


def batch(
    base: int,
    kept: list[int],
    until: int,
    *,
    control: bytes | None = None,
    producer: int = -1,
    broken: str | None = None,
) -> RawBatch:
    records = tuple(RawRecord(offset, 0, control or b"k", b"v", ()) for offset in kept)
    return RawBatch(base, until, control is not None, producer >= 0, producer, records, broken, b"raw", 0)


def fetched(*batches: RawBatch, log_start: int = 0, aborted: tuple[tuple[int, int], ...] = ()) -> Fetched:
    return Fetched("t", 0, log_start, 10**6, aborted, batches)


def spans(read: list[Piece]) -> list[tuple[int, int, str]]:
    return [
        (p.start, p.end, p.reason) if isinstance(p, Passage) else (p.offset, p.offset + 1, type(p).__name__)
        for p in read
    ]


@st.composite
def logs(draw: st.DrawFn) -> tuple[RawBatch, ...]:
    """Batches in order, with holes between and inside them, some broken, some of the broker's own."""
    made, at = [], draw(st.integers(0, 5))
    for _ in range(draw(st.integers(0, 6))):
        base, size = at + draw(st.integers(0, 3)), draw(st.integers(1, 5))
        kept = sorted(draw(st.sets(st.integers(base, base + size - 1))))
        kind = draw(st.sampled_from(["data", "control", "broken", "transaction"]))
        if kind == "control":
            made.append(batch(base, [base], base + 1, control=draw(st.sampled_from([ABORT, COMMIT])), producer=1))
            at = base + 1
            continue
        made.append(
            batch(
                base,
                [] if kind == "broken" else kept,
                base + size,
                broken="b" if kind == "broken" else None,
                producer=1 if kind == "transaction" else -1,
            )
        )
        at = base + size
    return tuple(made)


@given(logs(), st.integers(0, 12), st.none() | st.integers(1, 40), st.integers(0, 8), st.sets(st.integers(0, 20)))
def test_what_is_read_has_no_gap_and_nothing_twice(
    log: tuple[RawBatch, ...], start: int, end: int | None, log_start: int, aborted: set[int]
) -> None:
    if end is not None and end <= start:
        end = start + 1
    read = list(pieces(fetched(*log, log_start=log_start, aborted=tuple((1, a) for a in aborted)), start, end))
    at = start
    for first, behind, _ in spans(read):
        assert first == at
        assert behind > first
        at = behind
    assert end is None or at <= end
    if end is None and log:
        assert at >= log[-1].next_offset or start >= log[-1].next_offset


@given(logs(), st.integers(0, 12))
def test_every_record_that_nobody_took_back_is_read(log: tuple[RawBatch, ...], start: int) -> None:
    read = {p.offset for p in pieces(fetched(*log), start) if not isinstance(p, Passage | BrokenRecord)}
    assert read == {r.offset for b in log if not b.is_control for r in b.records if r.offset >= start}


def test_what_was_deleted_up_to_the_end_is_all_there_is() -> None:
    """Given a batch without records that begins before the log and ends behind what is wanted, no empty passage."""
    log = fetched(batch(0, [], 3), log_start=1)
    assert spans(list(pieces(log, 0, 1))) == [(0, 1, "deleted")]


def test_each_reason_is_named_by_itself() -> None:
    log = fetched(
        batch(4, [4, 6], 8),
        batch(8, [8], 9, control=COMMIT, producer=3),
        batch(10, [10, 11], 12, producer=3),
        batch(12, [12], 13, control=ABORT, producer=3),
        batch(13, [13], 14, producer=3),
        batch(14, [], 17, broken="it does not fit"),
        log_start=3,
        aborted=((3, 10),),
    )
    assert spans(list(pieces(log, 1))) == [
        (1, 3, "deleted"),
        (3, 4, "compacted"),
        (4, 5, "ConsumerRecord"),
        (5, 6, "compacted"),
        (6, 7, "ConsumerRecord"),
        (7, 8, "compacted"),
        (8, 9, "transaction mark"),
        (9, 10, "compacted"),
        (10, 12, "aborted transaction"),
        (12, 13, "transaction mark"),
        (13, 14, "ConsumerRecord"),
        (14, 15, "BrokenRecord"),
        (15, 17, "kept whole"),
    ]
