"""The file of the register of producers: read at the start and whenever it changes, and never backwards."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

import structlog

from kernel.identity.register import Register, RegisterRefused
from kernel.identity.register_text import open_register
from kernel.identity.signed_note import NOTE_LENGTH_MAX, Verifier
from kernel.identity.watched_file import stamp_of

log = structlog.get_logger()
BYTES_MAX: Final = NOTE_LENGTH_MAX * 4


class RegisterFile:
    """The register in a file. A change that is refused leaves in force what was, and shows in `problem`."""

    def __init__(self, file: Path, operators: Collection[Verifier], before: Register | None = None) -> None:
        """Read the file.

        `before` is the register that was in force when the service last ran.

        Raises:
            RegisterRefused: the file cannot be used.
        """
        self._file = file
        self._operators = operators
        self._before = before
        self.problem: str | None = None
        """Why the file as it is now is not in force."""
        try:
            self._stamp = stamp_of(self._file)
            self._register = self._read()
        except (OSError, UnicodeDecodeError) as fault:
            raise RegisterRefused(f"{file} cannot be read ({type(fault).__name__}).") from fault
        self.first: Final = self._register
        """The register that was read at the start."""

    @property
    def current(self) -> Register:
        """The register in force, as far as `refresh` has seen."""
        return self._register

    @property
    def note(self) -> str:
        """The signed note that the register in force was read from."""
        return self._note

    def read_again(self) -> Register:
        """The register in force once the file was read again, if it changed."""
        self.refresh()
        return self._register

    def refresh(self) -> None:
        """Read the file again if it changed."""
        try:
            if (stamp := stamp_of(self._file)) == self._stamp:
                return
            self._stamp = stamp
            self._register, self.problem = self._read(), None
        except (OSError, UnicodeDecodeError) as fault:
            self._refused(f"it cannot be read ({type(fault).__name__})")
        except RegisterRefused as refused:
            self._refused(str(refused))
        else:
            log.info("the register of producers is in force", register=self._register.reference)

    def _refused(self, reason: str) -> None:
        if reason != self.problem:
            self.problem = reason
            version = self._register.version
            log.error("the register of producers is refused; the one before stays", reason=reason, version=version)

    def _read(self) -> Register:
        with self._file.open("rb") as opened:
            raw = opened.read(BYTES_MAX + 1)
        if len(raw) > BYTES_MAX:
            raise RegisterRefused(f"It has more than {BYTES_MAX:,} bytes.")
        register = open_register(note := raw.decode(), self._operators)
        if self._before is not None:
            register.follows(self._before)
        self._before, self._note = register, note
        return register
