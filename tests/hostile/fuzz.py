"""Coverage-guided fuzzing of one reader: `make fuzz TARGET=kafka`. Needs atheris, which that target installs.

It begins with the inputs that are kept, and keeps those that led somewhere new: the smallest set that covers as much.
An input that is a finding stops it; it is printed, and becomes a line of the target's file once the fault is fixed.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.hostile import corpus

KEPT_MAX = 60
KEPT_BYTES_MAX = 2_000


def main() -> int:
    """Fuzz for some seconds, then keep what was found worth keeping."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", help="a reader of tests/hostile/decoders.py")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--inside", type=Path, help="used by itself: the folder to fuzz in")
    arguments, rest = parser.parse_known_args()
    if arguments.inside is not None:
        return _fuzz(arguments.target, arguments.inside, arguments.seconds, rest)
    with tempfile.TemporaryDirectory(prefix="forcegen-fuzz-") as place:
        folder, least = Path(place) / "all", Path(place) / "least"
        folder.mkdir()
        least.mkdir()
        for nr, one in enumerate(corpus.kept(arguments.target)):
            (folder / f"kept-{nr}").write_bytes(one)
        failed = _again(arguments.target, folder, arguments.seconds, [f"-artifact_prefix={place}/"])
        for path in Path(place).glob("crash-*"):
            print(f"finding in {arguments.target}: {path.read_bytes().hex()}")  # noqa: T201
        if not failed:
            _again(arguments.target, least, 0, ["-merge=1", str(least), str(folder)])
            inputs = [path.read_bytes() for path in least.iterdir()]
            short = sorted((one for one in inputs if len(one) <= KEPT_BYTES_MAX), key=len)
            corpus.keep(arguments.target, [*corpus.kept(arguments.target), *short][:KEPT_MAX])
        return failed


def _again(target: str, folder: Path, seconds: int, more: list[str]) -> int:
    """In a process of its own, since libFuzzer ends it."""
    command = [sys.executable, "-m", __spec__.name, target, "--inside", str(folder), "--seconds", str(seconds), *more]
    return subprocess.run(command, check=False).returncode


def _fuzz(target: str, folder: Path, seconds: int, more: list[str]) -> int:
    import atheris  # noqa: PLC0415  (a tool of this file alone)

    with atheris.instrument_imports(include=["contracts", "kernel", "services"]):
        from tests.hostile.decoders import TARGETS  # noqa: PLC0415
    itself = f"{sys.executable} -m tests.hostile.fuzz {target} --inside {folder}"  # by which a merge starts its parts
    if any(one.startswith("-merge") for one in more):
        arguments = [itself, "-verbosity=0", *more]
    else:
        arguments = [itself, str(folder), *more, f"-max_total_time={seconds}", "-max_len=4096", "-verbosity=0"]
    atheris.Setup(arguments, TARGETS[target])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
