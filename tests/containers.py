"""Servers for tests in containers, if a container engine answers and their images are available.

Kafka advertises its address to clients, and the address is known only once the port is mapped. So the container starts,
waits for the address, and only then starts Kafka.
"""

import contextlib
import gc
import os
import secrets
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from docker.errors import DockerException, ImageNotFound  # type: ignore[import-untyped]
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from deploy.local.kafka_logins import KafkaLogin

KAFKA_IMAGE = "apache/kafka:4.3.1"
POSTGRES_IMAGE = "postgres:18"
ENGINE_TIMEOUT_S = 1
CLIENTS, BROKERS, CONTROLLER = 9092, 9094, 9093
LISTENERS = ("CLIENTS", "BROKERS", "CONTROLLER")
ADDRESS = "/tmp/address"  # noqa: S108  (inside the container)
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required"

KAFKA_SETTINGS = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@localhost:{CONTROLLER}",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENERS": f"CLIENTS://:{CLIENTS},BROKERS://:{BROKERS},CONTROLLER://:{CONTROLLER}",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CLIENTS:SASL_PLAINTEXT,BROKERS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "BROKERS",
    "KAFKA_SASL_MECHANISM_INTER_BROKER_PROTOCOL": "PLAIN",
    "KAFKA_SASL_MECHANISM_CONTROLLER_PROTOCOL": "PLAIN",
    "KAFKA_LISTENER_NAME_CLIENTS_SASL_ENABLED_MECHANISMS": "SCRAM-SHA-512,PLAIN",
    "KAFKA_LISTENER_NAME_BROKERS_SASL_ENABLED_MECHANISMS": "PLAIN",
    "KAFKA_LISTENER_NAME_CONTROLLER_SASL_ENABLED_MECHANISMS": "PLAIN",
    "KAFKA_LISTENER_NAME_CLIENTS_SCRAM___SHA___512_SASL_JAAS_CONFIG": f"{SCRAM};",
    "KAFKA_AUTHORIZER_CLASS_NAME": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "KAFKA_SUPER_USERS": "User:admin;User:broker",
    "KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND": "false",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "8",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS": "4",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_TRANSACTION_MAX_TIMEOUT_MS": "60000",
    "KAFKA_HEAP_OPTS": "-Xms128m -Xmx512m",
}


class KafkaContainer(DockerContainer):
    """One KRaft node of the image that the Apache Kafka project publishes."""

    def __init__(self, image: str, password: str) -> None:
        """`password` is that of the super users, `admin` among them."""
        wait = f"until [ -f {ADDRESS} ]; do sleep 0.1; done; . {ADDRESS}; exec /etc/kafka/docker/run"
        users = f'user_broker="{password}" user_admin="{password}";'
        plain = f'{PLAIN} username="broker" password="{password}" {users}'
        logins = {f"KAFKA_LISTENER_NAME_{name}_PLAIN_SASL_JAAS_CONFIG": plain for name in LISTENERS}
        super().__init__(image, env={**KAFKA_SETTINGS, **logins}, ports=[CLIENTS])
        self.with_command(["sh", "-c", wait])

    @property
    def address(self) -> str:
        """The address for clients on this machine."""
        return f"{self.get_container_host_ip()}:{self.get_exposed_port(CLIENTS)}"

    def start(self) -> "KafkaContainer":
        """Start the container; Kafka answers when this returns."""
        super().start()
        where = f"CLIENTS://{self.address},BROKERS://localhost:{BROKERS}"
        command = f"echo 'export KAFKA_ADVERTISED_LISTENERS={where}' > {ADDRESS}.new && mv {ADDRESS}.new {ADDRESS}"
        self.exec(["sh", "-c", command])
        LogMessageWaitStrategy("Kafka Server started").wait_until_ready(self)
        return self


@contextmanager
def started() -> Iterator[tuple[str, str, Mapping[str, str]] | None]:
    """The addresses of Kafka and Postgres (as superuser), and Kafka's administrator; None if there is no engine."""
    kafka, postgres = os.environ.get("KAFKA_IMAGE", KAFKA_IMAGE), os.environ.get("POSTGRES_IMAGE", POSTGRES_IMAGE)
    if not _engine_answers() or not _all_there([kafka, postgres]):
        yield None
        return
    settings: dict[str, Any] = {"command": ["postgres", "-c", "max_connections=200"]}
    password = secrets.token_hex(16)
    database = PostgresContainer(postgres, username="postgres", password=password, dbname="postgres", **settings)
    with KafkaContainer(kafka, password) as broker, database:
        admin = KafkaLogin("admin", password).as_environment()
        yield broker.address, database.get_connection_url(driver=None), admin


def _engine_answers() -> bool:
    """Whether a container engine answers; checked once a run, for no longer than a second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            DockerClient(timeout=ENGINE_TIMEOUT_S).client.close()
        except DockerException:
            answers = False
        else:
            answers = True
        gc.collect()  # without an answer, the client leaves its socket open: collected here and not during a test
    return answers


def _all_there(images: list[str]) -> bool:
    prefix = testcontainers_config.hub_image_name_prefix
    reaper = [] if testcontainers_config.ryuk_disabled else [testcontainers_config.ryuk_image]
    with contextlib.closing(DockerClient().client) as engine:
        return images_there(engine, [*(prefix + image for image in images), *reaper])


def images_there(engine: Any, images: list[str]) -> bool:
    """Whether the images are present or could be pulled."""
    for image in images:
        try:
            engine.images.get(image)
        except ImageNotFound:
            try:
                engine.images.pull(image)
            except DockerException:
                notice = f"tests: the image {image} is neither here nor to be fetched: the embedded servers are used"
                print(notice, file=sys.stderr)  # noqa: T201
                return False
    return True
