"""Zip files whose bytes follow from their contents alone, so that two people who make one compare one checksum."""

import io
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from operations.errors import OperationError

FIRST_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip file can hold."""


def modules_in(folder: Path) -> dict[str, bytes]:
    """The Python files of a folder by their names, sorted."""
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.py"))}


def fixed_zip(contents: Mapping[str, bytes]) -> bytes:
    """A zip file of these entries, in this order.

    Python's own archivers write each file's own time and rights, and compression differs between versions of zlib; here
    all three are fixed: the first date there is, rw-r--r--, and no compression.
    """
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, FIRST_DATE)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # of Unix, wherever it is made
            archive.writestr(entry, content)
    return whole.getvalue()


def write_with_checksum(target: Path, content: bytes) -> str:
    """Write a file, in place of what is there; returns its SHA-256 in hexadecimal.

    Raises:
        OperationError: the file cannot be written.
    """
    try:
        target.write_bytes(content)
    except OSError as error:
        raise OperationError(
            f"{target} cannot be written: {error.strerror}. Give a file in a directory of yours."
        ) from error
    return sha256(content).hexdigest()
