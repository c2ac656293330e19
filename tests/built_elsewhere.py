"""A package's source as somebody else has it: with other times and rights, and another umask and time zone."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest


@contextmanager
def built_elsewhere(package: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is built from the package within the context is built from a copy in `folder`."""
    folder.mkdir(exist_ok=True)
    for file in sorted(Path(str(package.__file__)).parent.glob("*.py"), reverse=True):
        (folder / file.name).write_bytes(file.read_bytes())
        (folder / file.name).chmod(0o600)
        os.utime(folder / file.name, (1_000_000_000, 1_000_000_000))
    monkeypatch.setattr(package, "__file__", str(folder / "__init__.py"))
    monkeypatch.setenv("TZ", "Asia/Almaty")
    time.tzset()
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
        monkeypatch.undo()
        time.tzset()
