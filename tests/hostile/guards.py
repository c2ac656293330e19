"""Each guard is taken out of a copy of the source, one at a time, and the short search must find that it is gone.

`make hostile-guards` (ARGS="--only gap-check" for some). A guard is named by the text that makes it; that this text
stands in the source exactly once is held by `tests/hostile/test_guards.py`, and docs/reliability.md has the results.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT = Path(__file__).parents[2]
KAFKA = "tests/hostile/test_over_kafka.py"
HTTP = "tests/hostile/test_over_http.py"
CORPUS = "tests/hostile/test_corpus.py"
LEFT_OUT = (".venv", ".git", ".forcegen", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__", "docs/pictures")
PATIENCE_S: Final = 900


@dataclass(frozen=True)
class Guard:
    """A check in the source, what it becomes when it is taken out, and which short search sees that."""

    name: str
    keeps: str
    """What it is there for."""
    file: str
    text: str
    without: str
    search: str = KAFKA


GUARDS: Final[tuple[Guard, ...]] = ()


def main() -> int:
    """Try every guard, or those that are named; 0 where each was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", help="names of guards")
    arguments = parser.parse_args()
    chosen = [guard for guard in GUARDS if not arguments.only or guard.name in arguments.only]
    unseen = 0
    for guard in chosen:
        started = time.monotonic()
        is_seen, why = tried(guard)
        unseen += not is_seen
        told = f"{guard.name:28} {'found' if is_seen else 'NOT FOUND'} in {time.monotonic() - started:.0f} s"
        print(f"{told}: {why}", flush=True)  # noqa: T201
    return 1 if unseen else 0


def tried(guard: Guard) -> tuple[bool, str]:
    """Whether the search fails without the guard, and on what."""
    with tempfile.TemporaryDirectory(prefix="forcegen-guard-") as place:
        copy = Path(place) / "forcegen"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        path = copy / guard.file
        path.write_text(taken_out(guard, path.read_text()))
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", guard.search]
        try:
            done = subprocess.run(
                command,
                cwd=copy,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return True, f"the search did not end within {PATIENCE_S} s"
    lines = [line for line in done.stdout.splitlines() if line.startswith("E  ")]
    return done.returncode == 1, (lines[0][3:203].strip() if lines else done.stdout[-200:])


def taken_out(guard: Guard, source: str) -> str:
    """The source without the guard.

    Raises:
        ValueError: the guard's text does not stand there exactly once.
    """
    if source.count(guard.text) != 1:
        raise ValueError(f"{guard.name}: its text stands {source.count(guard.text)} times in {guard.file}")
    return source.replace(guard.text, guard.without)


if __name__ == "__main__":
    sys.exit(main())
