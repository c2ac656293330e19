"""Files that hold a private key: made for their owner alone, and refused while others can read them."""

import os
import stat
from pathlib import Path
from typing import Final

from contracts.verifiability import SigningKey

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class KeyExposed(Exception):
    """Others can read a private key."""


def read_private(file: Path) -> bytes:
    """The content of a file that only its owner can read.

    Raises:
        KeyExposed: others can read it.
        OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        if os.fstat(opened.fileno()).st_mode & OTHERS:
            raise KeyExposed(f"Others can read {file}: chmod 600 {file}, or make a new key if they may have.")
        return opened.read()


def write_private(file: Path, content: bytes) -> None:
    """Write a new file that only its owner can read, to the disk; a file that is there is never touched.

    Raises:
        OSError: it is there (FileExistsError), or cannot be written.
    """
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def read_key(file: Path) -> SigningKey:
    """The private key that signs events, in a file as `forcegen keys new` writes it (PKCS #8 in PEM).

    Raises:
        KeyRefused: the file holds none.
        KeyExposed: others can read it.
        OSError: it cannot be read.
    """
    return SigningKey.from_pem(read_private(file))
