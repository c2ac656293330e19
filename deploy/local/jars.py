"""Kafka's jars: fetched once per machine, verified against our lock file on every use.

A jar enters the cache only complete: it is fetched into a scratch directory, hashed, then renamed. Hashing all of them
takes about a tenth of a second, so no "already verified" state is stored that could be wrong.
"""

import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError

LOCK = Path(__file__).with_name("kafka-jars.lock")
FETCHES_AT_ONCE = 6
PROGRESS_EVERY = 8
FETCH_ATTEMPTS_MAX = 3
FETCH_TIMEOUT_S = 20
HEADER = """\
# The jars Kafka runs on: coordinate and SHA-256. Written by `python -m deploy.local.lock`; do not edit.
"""


@dataclass(frozen=True)
class Jar:
    coordinate: str
    sha256: str

    @property
    def file_name(self) -> str:
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def read_lock(path: Path = LOCK) -> list[Jar]:
    lines = [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return [Jar(coordinate, digest.removeprefix("sha256:")) for coordinate, digest in lines]


def write_lock(jars: Iterable[Jar], path: Path = LOCK) -> None:
    path.write_text(HEADER + "".join(f"{jar.coordinate} sha256:{jar.sha256}\n" for jar in jars))


def kafka_version() -> str:
    """The version that the lock file pins; the data directory records the one that made it."""
    return next(jar.coordinate for jar in read_lock() if ":kafka_2.13:" in jar.coordinate).split(":")[2]


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cache_directory() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "forcegen" / "kafka-jars"


def classpath(progress: Callable[[str], None], stop_requested: Callable[[], bool] = lambda: False) -> list[Path]:
    """Every jar of the lock file, on disk and verified; missing or damaged ones are fetched."""
    cache, jars = cache_directory(), read_lock()
    cache.mkdir(parents=True, exist_ok=True)
    missing = [jar for jar in jars if not _is_sound(cache / jar.file_name, jar, progress)]
    with ThreadPoolExecutor(FETCHES_AT_ONCE) as pool:
        fetches = [pool.submit(fetch, jar, cache, stop_requested) for jar in missing]
        try:
            for done, fetched in enumerate(as_completed(fetches), start=1):
                fetched.result()
                if done % PROGRESS_EVERY == 0 or done == len(missing):
                    progress(f"Kafka: {done} of {len(missing)} jars fetched")
        finally:
            pool.shutdown(cancel_futures=True)
    return [cache / jar.file_name for jar in jars]


def fetch(jar: Jar, cache: Path, stop_requested: Callable[[], bool] = lambda: False) -> None:
    """Fetch one jar into the cache, or raise the reason why not."""
    with tempfile.TemporaryDirectory(dir=cache, prefix=".fetch-") as scratch:
        path = download(jar, Path(scratch), stop_requested)
        digest = sha256_of(path)
        if digest != jar.sha256:
            raise StackError(
                f"{jar.coordinate}: the jar that was fetched has SHA-256 {digest}, our lock says {jar.sha256}. "
                f"It is not used. Something between here and the registry changes files: check the mirror or proxy."
            )
        path.replace(cache / jar.file_name)


def download(jar: Jar, repository: Path, stop_requested: Callable[[], bool] = lambda: False) -> Path:
    """Download with jgo, which knows the registry (and the mirrors of its own settings file)."""
    # Imported late: jgo brings an HTTP stack that a warm start never needs.
    from jgo.config import GlobalSettings  # noqa: PLC0415
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415
    from jgo.maven import MavenContext  # noqa: PLC0415

    remotes = {"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories}
    context = MavenContext(repo_cache=repository, remote_repos=remotes, timeout=FETCH_TIMEOUT_S)
    artifact = context.create_dependency(jar.coordinate).artifact
    logging.getLogger("jgo").setLevel(logging.ERROR)
    for attempt in range(1, FETCH_ATTEMPTS_MAX + 1):
        if stop_requested():
            raise StackError("stopped while fetching Kafka's jars: run it again, what was fetched is kept")
        try:
            return Path(artifact.resolve())
        except Exception as error:  # jgo raises bare RuntimeErrors, and errors of its HTTP library
            repository.joinpath(artifact.cached_path or "").unlink(missing_ok=True)
            if attempt == FETCH_ATTEMPTS_MAX:
                raise StackError(
                    f"{jar.coordinate} could not be fetched ({error}). Connect to a network with a Maven registry, "
                    f"or put {jar.file_name} into {cache_directory()}."
                ) from error
            time.sleep(attempt)
    raise AssertionError("unreachable")


def _is_sound(path: Path, jar: Jar, progress: Callable[[str], None]) -> bool:
    if not path.is_file():
        return False
    if sha256_of(path) == jar.sha256:
        return True
    progress(f"Kafka: {path} is spoilt (its SHA-256 is not the lock's), fetching it again")
    return False
