"""The content of a signed checkpoint: this log had so many records, and this was its root. C2SP tlog-checkpoint.

The text of its note: the log's origin, the size in decimal, the root in base64, then optional extension lines.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Self

from kernel.identity.signed_note import Malformed

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True)
class Checkpoint:
    """The state of a log: a root hash of 32 bytes over `size` leaves."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a note's text.

        Raises:
            Malformed: it is not a checkpoint.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not lines[0] or not _SIZE.fullmatch(lines[1]) or "" in lines[3:-1]:
            raise Malformed("no checkpoint")
        try:
            root = base64.b64decode(lines[2], validate=True)
        except (binascii.Error, ValueError) as fault:
            raise Malformed("the root is no base64") from fault
        if len(root) != 32 or base64.b64encode(root).decode() != lines[2]:
            raise Malformed("the root is no hash of 32 bytes")
        return cls(lines[0], int(lines[1]), root)
