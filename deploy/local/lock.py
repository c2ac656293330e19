"""Rewrites kafka-jars.lock: `python -m deploy.local.lock`.

Only here is the dependency graph resolved. Every other run reads the lock file, so what was reviewed is what runs: a
coordinate and a SHA-256 for each jar, and no registry address.
"""

import sys
import tempfile
from pathlib import Path

import jgo

from deploy.local.jars import LOCK, Jar, download, sha256_of, write_lock

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"

# Kafka logs through SLF4J and leaves the choice of a back end open: without this jar it logs nothing. It is added
# separately, after the graph: resolved together, its own managed versions would replace Kafka's.
LOG_BACK_END = "org.apache.logging.log4j:log4j-slf4j-impl"
LOG_CORE = "org.apache.logging.log4j:log4j-core"

# Kafka's own command line tools, for operators and tests; the broker includes their dependencies.
TOOLS = "org.apache.kafka:kafka-tools"
BROKER = "org.apache.kafka:kafka_2.13"


def coordinates(root: str) -> list[str]:
    """Kafka's run-time dependencies, at the versions that its own POM names."""
    graph = {f"{artifact.groupId}:{artifact.artifactId}": artifact.version for artifact in jgo.resolve(root)}
    graph[LOG_BACK_END] = graph[LOG_CORE]
    graph[TOOLS] = graph[BROKER]
    return sorted(f"{name}:{version}" for name, version in graph.items())


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        unhashed = [Jar(coordinate, sha256="") for coordinate in coordinates(KAFKA)]
        jars = [Jar(jar.coordinate, sha256_of(download(jar, Path(scratch)))) for jar in unhashed]
    write_lock(jars)
    sys.stdout.write(f"{LOCK.name}: {len(jars)} jars\n")


if __name__ == "__main__":
    main()
