"""The verifier as an auditor has it: the folder copied alone, or the one file; no project in reach of its Python."""

import shutil
import subprocess
from pathlib import Path
from typing import Final, Literal

from operations.verifier_file import write_verifier
from services.audit.verify import verifier
from tests.bare_python import BarePython

Form = Literal["folder", "file"]
FORMS: Final[tuple[Form, ...]] = ("folder", "file")


class Alone:
    """A directory of an auditor with the verifier in it, and `cryptography` as the only library beside Python's own."""

    def __init__(self, directory: Path, form: Form = "file") -> None:
        self.directory = directory / "taken"
        self.directory.mkdir()
        if form == "file":
            write_verifier(self.directory / "verifier.pyz")
        else:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(Path(verifier.__file__).parent, self.directory / "verifier", ignore=ignored)
        self._command = ["verifier.pyz"] if form == "file" else ["-m", "verifier"]
        self._python = BarePython(directory / "libraries")

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Python in that directory."""
        return self._python(*arguments, cwd=self.directory)

    def __call__(self, *arguments: str | Path) -> tuple[int, str]:
        """Run the verifier; exit code, and all that it said."""
        done = self.python(*self._command, *map(str, arguments))
        return done.returncode, done.stdout + done.stderr
