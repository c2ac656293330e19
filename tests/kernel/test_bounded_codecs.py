"""A small batch that unpacks to a lot stops where it costs too much, in the build of the library that is installed."""

import cramjam
import pytest
from aiokafka.record.memory_records import MemoryRecords

from kernel.messaging import bounded_codecs, raw_batches
from tests import raw_produce
from tests.kernel.test_raw_batches import CODECS

ZEROS = bytes(raw_batches.UNPACKED_BYTES_MAX // 2)


def packed(codec: str, value: bytes) -> bytes:
    number, pack = CODECS[codec]
    return raw_produce.batch([(b"k", value, [])], codec=number, pack=pack)


def read(data: bytes) -> list[bytes | None]:
    records, batch = MemoryRecords(data), []
    while records.has_next():
        batch += [record.value for record in records.next_batch()]
    return batch


@pytest.fixture(autouse=True)
def installed() -> None:
    bounded_codecs.install()


@pytest.mark.parametrize("codec", [codec for codec in CODECS if codec != "plain"])
def test_the_library_unpacks_with_ours(codec: str) -> None:
    assert read(packed(codec, b"value")) == [b"value"]


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_one_batch_beyond_its_bound_is_given_up(codec: str) -> None:
    with pytest.raises((raw_batches.BrokenBatch, cramjam.DecompressionError)):
        read(packed(codec, ZEROS * 3))


def test_batches_that_are_small_enough_are_given_up_together_and_go_on_with_the_next_poll() -> None:
    budget, data = bounded_codecs.budgeted(), packed("zstd", ZEROS)
    many = bounded_codecs.POLL_BYTES_MAX // len(ZEROS)
    with pytest.raises(bounded_codecs.OverBudget):
        read(data * (many + 1))
    budget.renew()
    assert len(read(data * (many - 1))) == many - 1
    bounded_codecs._budget.set(None)
