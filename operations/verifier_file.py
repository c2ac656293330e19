"""Writes the auditor's verifier as one file that Python runs; the same source makes the same bytes everywhere."""

import io
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Final

from operations.errors import OperationError
from services.audit.verify import verifier

MAIN: Final = """\
import sys

from verifier.command_line import main

sys.exit(main())
"""
FIRST_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip file can hold."""


def write_verifier(target: Path) -> str:
    """Write the verifier to a file, in place of what is there; returns its SHA-256 in hexadecimal.

    Raises:
        OperationError: the file cannot be written.
    """
    content = verifier_file()
    try:
        target.write_bytes(content)
    except OSError as error:
        raise OperationError(
            f"{target} cannot be written: {error.strerror}. Give a file in a directory of yours."
        ) from error
    return sha256(content).hexdigest()


def verifier_file() -> bytes:
    """The folder `verifier` as a zip application (PEP 441).

    `zipapp` of the standard library writes each file's own time and rights, and the compression differs between
    versions of zlib; here all three are fixed, so that two people who build it compare one checksum.
    """
    folder = Path(verifier.__file__).parent
    contents = {f"verifier/{file.name}": file.read_bytes() for file in folder.glob("*.py")} | {
        "__main__.py": MAIN.encode()
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, FIRST_DATE)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # of Unix, wherever it is made
            archive.writestr(entry, contents[name])
    return whole.getvalue()
