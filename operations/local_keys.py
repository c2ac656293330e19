"""Keys of the producers of a system on this machine: whoever can read its directory can speak for each of them.

`forcegen up` makes them (`operations/local_producers.py`), and the commands that send find here which key signs what.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from contracts.verifiability import KeyRefused, SigningKey
from kernel.identity import private_files
from kernel.identity.register import Register, RegisterRefused
from kernel.identity.register_text import parse
from kernel.identity.signed_note import text_of
from operations.errors import OperationError

FOLDER: Final = "producers"
"""Below the directory of the system."""
REGISTER: Final = "register.txt"
SETTING: Final = "FORCEGEN_PRODUCERS"
_A_SERVICE: Final = Path("services", "approvals.settings.json")


@dataclass(frozen=True, slots=True)
class LocalKeys:
    """The register of a local system, and the keys of its producers."""

    register: Register
    folder: Path
    _read: dict[str, SigningKey] = field(default_factory=dict, repr=False, compare=False)

    def key_of(self, source: str) -> SigningKey | None:
        """The key that signs for a source; None if the source is nobody's, or its key is elsewhere.

        Raises:
            OperationError: the file of the key holds none.
        """
        producer = self.register.owner(source)
        if producer is None or not (file := key_file(self.folder, producer.name)).exists():
            return None
        if producer.name not in self._read:
            self._read[producer.name] = read_key(file)
        return self._read[producer.name]


def folder_of(directory: Path) -> Path:
    """Where a local system keeps its register and the keys of its producers."""
    return directory.absolute() / FOLDER


def key_file(folder: Path, producer: str) -> Path:
    """The file of a producer's private key."""
    return folder / f"{producer}.key"


def read_key(file: Path) -> SigningKey:
    """The private key in a file.

    Raises:
        OperationError: the file holds none, or others can read it.
    """
    try:
        return private_files.read_key(file)
    except private_files.KeyExposed as fault:
        raise OperationError(str(fault)) from fault
    except (OSError, KeyRefused) as fault:
        reason = str(fault) if isinstance(fault, KeyRefused) else type(fault).__name__
        raise OperationError(f"{file} cannot be used ({reason}): remove it, and run `forcegen up` again.") from fault


def read_register(directory: Path) -> Register | None:
    """The register that `forcegen up` made in a directory; None if it made none.

    Raises:
        OperationError: the file holds no register.
    """
    file = folder_of(directory) / REGISTER
    try:
        return parse(text_of(file.read_text(encoding="utf-8"))) if file.exists() else None
    except (OSError, UnicodeDecodeError, RegisterRefused) as fault:
        reason = str(fault) if isinstance(fault, RegisterRefused) else type(fault).__name__
        raise OperationError(f"{file} cannot be used ({reason}): move it away, and run `forcegen up`.") from fault


def keys_in_force(directory: Path) -> LocalKeys | None:
    """The keys of the system that runs from a directory; None if its services go by no register that is made there.

    Raises:
        OperationError: the register there cannot be read.
    """
    register = read_register(directory)
    if register is None or _register_of_services(directory) != str(folder_of(directory) / REGISTER):
        return None
    return LocalKeys(register, folder_of(directory))


def _register_of_services(directory: Path) -> str | None:
    """The register with which the services of a directory were started last."""
    try:
        setting: str | None = json.loads((directory / _A_SERVICE).read_text(encoding="utf-8")).get(SETTING)
    except (OSError, ValueError, AttributeError):
        return None
    return setting
