"""The verifier as an auditor has it: the folder copied alone, or the one file; no project in reach of its Python."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, Literal

from operations.verifier_file import write_verifier
from services.audit.verify import verifier

Form = Literal["folder", "file"]
FORMS: Final[tuple[Form, ...]] = ("folder", "file")
LIBRARIES: Final = ("cryptography", "cffi", "_cffi_backend", "pycparser")
"""`cryptography` and what it loads."""


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
        self._libraries = directory / "libraries"
        self._libraries.mkdir()
        for name in LIBRARIES:
            _link(name, self._libraries)

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Python in that directory: no site packages (-S), so nothing of the project, which is installed there."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FORCEGEN", "COV"))}
        return subprocess.run(
            [sys.executable, "-S", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.directory,
            env={**kept, "PYTHONPATH": str(self._libraries)},
        )

    def __call__(self, *arguments: str | Path) -> tuple[int, str]:
        """Run the verifier; exit code, and all that it said."""
        done = self.python(*self._command, *map(str, arguments))
        return done.returncode, done.stdout + done.stderr


def _link(name: str, directory: Path) -> None:
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.origin is not None:
        origin = Path(spec.origin)
        origin = origin.parent if origin.name == "__init__.py" else origin
        (directory / origin.name).symlink_to(origin)
