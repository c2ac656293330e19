"""Any bytes as what a reader takes: numbers and pieces, one after the other."""


class Cut:
    """Bytes as a sequence of choices: what a fuzzer changes in one place stays the same elsewhere."""

    def __init__(self, data: bytes) -> None:
        self._left = data

    def number(self, below: int) -> int:
        raw, self._left = self._left[:1], self._left[1:]
        return (raw[0] if raw else 0) % below

    def piece(self) -> bytes:
        """Up to the next NUL (`ff 00` stands for a NUL within); the rest where there is none."""
        parts = self._left.replace(b"\xff\0", b"\xff\xff\xff").split(b"\0", 1)
        self._left = parts[1].replace(b"\xff\xff\xff", b"\xff\0") if len(parts) > 1 else b""
        return parts[0].replace(b"\xff\xff\xff", b"\0")

    def rest(self) -> bytes:
        return self._left
