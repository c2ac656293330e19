"""The local servers as an ordinary user runs them, also where root runs the tests from its own home."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from deploy.local import jars, postgres_user
from tests.deploy.running import REPOSITORY, UP, processes_of

pytestmark = pytest.mark.servers


def test_an_ordinary_user_runs_them_too_and_is_warned_of_a_directory_that_is_not_theirs() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        shutil.copytree(jars.cache_directory(), place / "cache" / "forcegen" / "kafka-jars")
        python = reachable_python(place)
        (place / "theirs").mkdir(mode=0o555)
        user = None
        if os.geteuid() == 0:
            user = pwd.getpwnam("nobody").pw_uid
            for path in [place, *(place / "cache").rglob("*"), place / "cache"]:
                os.chown(path, user, -1)
        environment = os.environ | {
            "XDG_CACHE_HOME": f"{place}/cache",
            "PYTHONPATH": os.pathsep.join(reachable_path(place)),
        }
        if (place / "python").exists():
            environment["LD_LIBRARY_PATH"] = f"{place}/python/lib"

        def run_as_user(code: str, directory: str) -> str:
            command = [str(python), "-c", code, str(place / directory)]
            ran = subprocess.run(
                command, cwd="/", env=environment, user=user, group=user, extra_groups=None if user is None else [],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            return ran.stdout + ran.stderr

        try:
            output = run_as_user(UP, "stack")
            assert "Postgres: answers" in output, output
            assert "Kafka: answers" in output, output
            owners = {process.uids().effective for process in processes_of(place / "stack")}
            assert owners == {os.geteuid() if user is None else user}
            assert not (place / "stack" / "postgres").is_symlink()
        finally:
            output = run_as_user(UP.replace("stack.up", "stack.down"), "stack")
        assert processes_of(place / "stack") == [], output
        assert "cannot be written" in run_as_user(UP, "theirs")


def everyone_reaches(path: Path) -> bool:
    """Whether an ordinary user may walk to a path; nothing to ask where we are one."""
    nobody = pwd.getpwnam("nobody")
    return os.geteuid() != 0 or postgres_user.reaches((nobody.pw_uid, nobody.pw_gid), path)


def reachable_path(place: Path) -> list[str]:
    """The project and its packages; linked to a place that everyone can walk to, where they live in root's own home."""
    paths = []
    for nr, path in enumerate([REPOSITORY, *(Path(p) for p in sys.path if p.endswith("site-packages"))]):
        if everyone_reaches(path):
            paths.append(str(path))
            continue
        linked, unneeded = place / f"path-{nr}", shutil.ignore_patterns(".venv", ".git", ".*_cache", "__pycache__")
        shutil.copytree(path, linked, ignore=unneeded, copy_function=link_or_copy)
        paths.append(str(linked))
    return paths


def link_or_copy(source: str, target: str) -> None:
    """A second name for a file costs nothing; on another file system it is copied."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def reachable_python(place: Path) -> Path:
    """The interpreter beneath ours; linked to a place that everyone can walk to, if it lives in root's own home."""
    base = Path(sys.base_prefix)
    if everyone_reaches(Path(sys.executable).parent) and everyone_reaches(Path(sys.executable)):
        return Path(sys.executable)
    version = f"python3.{sys.version_info.minor}"
    if everyone_reaches(base):
        return base / "bin" / version
    everything_else = shutil.ignore_patterns("site-packages", "test", "__pycache__", "share", "include")
    shutil.copytree(base, place / "python", symlinks=True, ignore=everything_else)
    return place / "python" / "bin" / version
