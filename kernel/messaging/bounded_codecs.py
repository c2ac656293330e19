"""How much Kafka's client library may unpack: a batch of a few kilobytes can hold gigabytes of zeros.

The broker bounds what a batch weighs packed, and the library unpacks whatever it is given. Its decompressors are
replaced by ours, which give up at a bound for each batch and at another for each poll; a batch that is given up is then
read by `kernel.messaging.raw_batches` and kept as it is (docs/decisions/0014-one-reading-loop.md).
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
"""One poll may unpack this much; the rest of what was fetched is read by the next."""
_CODECS: Final = {"gzip_decode": 1, "snappy_decode": 2, "lz4_decode": 3, "zstd_decode": 4}


class OverBudget(ValueError):
    """A poll has unpacked as much as it may; reading goes on from where it stands."""


@dataclass(slots=True)
class Budget:
    """What one reader may still unpack; renewed before each poll."""

    left: int = POLL_BYTES_MAX

    def renew(self) -> None:
        """Begin a new poll."""
        self.left = POLL_BYTES_MAX

    def spend(self, size: int) -> None:
        """Note what was unpacked; raises `OverBudget` when that is too much for one poll."""
        self.left -= size
        if self.left < 0:
            raise OverBudget(f"a poll may unpack {POLL_BYTES_MAX:,} bytes")


_budget: ContextVar[Budget | None] = ContextVar("budget", default=None)


def budgeted() -> Budget:
    """A budget for what the current task unpacks from now on."""
    budget = Budget()
    _budget.set(budget)
    return budget


def install() -> None:
    """Put our decompressors in the place of the library's, in both of its builds; may be repeated."""
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
