"""Writes the auditor's verifier as one file that Python runs; the same source makes the same bytes everywhere."""

from pathlib import Path
from typing import Final

from operations.fixed_zip import fixed_zip, modules_in, write_with_checksum
from services.audit.verify import verifier

MAIN: Final = """\
import sys

from verifier.command_line import main

sys.exit(main())
"""


def write_verifier(target: Path) -> str:
    """Write the verifier to a file, in place of what is there; returns its SHA-256 in hexadecimal.

    Raises:
        OperationError: the file cannot be written.
    """
    return write_with_checksum(target, verifier_file())


def verifier_file() -> bytes:
    """The folder `verifier` as a zip application (PEP 441)."""
    modules = modules_in(Path(verifier.__file__).parent)
    return fixed_zip({"__main__.py": MAIN.encode()} | {f"verifier/{name}": text for name, text in modules.items()})
