"""Bounds how much Kafka's client library may decompress: a batch of a few kilobytes can hold gigabytes of zeros.

The broker bounds the compressed size of a batch, and the library decompresses whatever it gets. Our decompressors
replace the library's. They give up at one bound for each batch and at another for each poll; a batch that is given up
is then read by `kernel.messaging.raw_batches` and kept as it is (docs/decisions/0014-one-reading-loop.md).
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Final

import aiokafka.codec
import aiokafka.record.default_records
from aiokafka.record import _crecords

from kernel.messaging import raw_batches

POLL_BYTES_MAX: Final = 64 * 1024 * 1024
"""One poll may decompress this much; the next poll reads the rest of what was fetched."""
_CODECS: Final = {"gzip_decode": 1, "snappy_decode": 2, "lz4_decode": 3, "zstd_decode": 4}


class OverBudget(ValueError):
    """A poll has decompressed as much as it may; reading continues from its current position."""


@dataclass(slots=True)
class Budget:
    """The bytes that one reader may still decompress; renewed before each poll."""

    left: int = POLL_BYTES_MAX

    def renew(self) -> None:
        """Begin a new poll."""
        self.left = POLL_BYTES_MAX

    def spend(self, size: int) -> None:
        """Note what was decompressed; raises `OverBudget` if that is too much for one poll."""
        self.left -= size
        if self.left < 0:
            raise OverBudget(f"a poll may unpack {POLL_BYTES_MAX:,} bytes")


_budget: ContextVar[Budget | None] = ContextVar("budget", default=None)


def budgeted() -> Budget:
    """A budget for what the current task decompresses from now on."""
    budget = Budget()
    _budget.set(budget)
    return budget


def install() -> None:
    """Replace the library's decompressors with ours, in both of its builds; may be repeated."""
    compiled = getattr(_crecords, "default_records", None)
    for name, codec in _CODECS.items():
        unpack: Callable[[bytes], bytes] = partial(_unpack, codec)
        for module in filter(None, (aiokafka.codec, aiokafka.record.default_records, compiled)):
            setattr(module, name, unpack)


def _unpack(codec: int, packed: bytes) -> bytes:
    whole = raw_batches.unpacked(codec, bytes(packed))
    if (budget := _budget.get()) is not None:
        budget.spend(len(whole))
    return whole
