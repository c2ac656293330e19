"""A set of numbers with one bit each: ten million take a mebibyte and a quarter."""

from collections.abc import Iterator


class BitSet:
    """A set of numbers from 1 to a last one."""

    def __init__(self, last: int) -> None:
        self.last = last
        self._bits = bytearray(last // 8 + 1)

    def __contains__(self, number: int) -> bool:
        return 0 < number <= self.last and bool(self._bits[number >> 3] & 1 << (number & 7))

    def add(self, number: int) -> None:
        """Add a number from 1 to the last."""
        self._bits[number >> 3] |= 1 << (number & 7)

    def missing(self) -> Iterator[int]:
        """The numbers from 1 to the last that were not added, in order."""
        full = 0xFF
        for place, byte in enumerate(self._bits):
            if byte != full:
                yield from (n for n in range(place * 8, place * 8 + 8) if 0 < n <= self.last and n not in self)
