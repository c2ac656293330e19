"""A Python with nothing in its reach but its own library, `cryptography`, and what a test puts there."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

LIBRARIES: Final = ("cryptography", "cffi", "_cffi_backend", "pycparser")
"""`cryptography` and what it loads."""


class BarePython:
    """Runs this Python without site packages (-S), so without the project, which is installed there."""

    def __init__(self, libraries: Path) -> None:
        self._libraries = libraries
        libraries.mkdir()
        for name in LIBRARIES:
            _link(name, libraries)

    def __call__(self, *arguments: str, cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run it in a directory; `path` is importable beside the libraries."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FORCEGEN", "COV"))}
        reach = [str(one) for one in (path, self._libraries) if one is not None]
        return subprocess.run(
            [sys.executable, "-S", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=cwd,
            env={**kept, "PYTHONPATH": os.pathsep.join(reach)},
        )


def _link(name: str, directory: Path) -> None:
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.origin is not None:
        origin = Path(spec.origin)
        origin = origin.parent if origin.name == "__init__.py" else origin
        (directory / origin.name).symlink_to(origin)
